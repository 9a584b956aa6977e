import {
  DataError,
  type EngineChoice,
  type FitProgress,
  fit,
  fitGaussian,
  fitGaussianMixture,
  type Model,
} from "pushforward";
import { flowSizes } from "pushforward/tables";
import { shuffled } from "../table/shuffled.ts";
import { defaultShare, partOf, type Split } from "../table/split-rows.ts";
import { counted } from "../table/wording.ts";
import { type ComparedSetting, isFlow } from "./compare-settings.ts";
import { scoreRows } from "./comparison.ts";
import type { FitData } from "./fit-data.ts";
import { buildFlow, tableTraining, trainingOptions } from "./fit-settings.ts";
import { meanWithError } from "./mean-with-error.ts";

/** How rows are dealt. */
export interface Dealing {
  folds: number;
  seed: number;
}

/** How a fit is run, and who hears of it. */
export interface FoldOptions {
  seed: number;
  engine: EngineChoice | undefined;
  signal: AbortSignal;
  onProgress(report: FitProgress): void;
}

/** What a density predicts of the rows of a fold, fitted to the others. */
export interface FoldScore {
  /** Rows of the fold. */
  rows: number;
  /** Mean over them, nats per row in the units of the table. */
  logLikelihood: number;
  parameters: number;
  /** Of training; 0 for the baselines. */
  steps: number;
  seconds: number;
}

/**
 * Refuses more folds than rows, and folds that leave too few rows to train on.
 *
 * @throws DataError naming the table and the way out.
 */
export function checkFolds({ source, encoded }: FitData, { folds }: Dealing): void {
  const [rows, width] = encoded.shape;
  if (folds > rows) {
    throw new DataError(
      `${source}: has ${counted(rows, "row")}, too few for --folds ${folds}; take fewer`,
    );
  }
  const training = trainingRows(rows, rows - Math.ceil(rows / folds));
  if (training > width) return;
  throw new DataError(
    `${source}: ${counted(rows, "row")} in ${folds} folds leave ${Math.max(0, training)} for training, too few for ` +
      `${counted(width, "column")}; add rows, name fewer columns with --columns a,b, or take more --folds`,
  );
}

/** Rows to train on among those outside of a fold. */
const trainingRows = (rows: number, rest: number): number => rest - validationRows(rows, rest);

const validationRows = (rows: number, rest: number): number =>
  Math.max(1, Math.round(defaultShare(rows) * rest));

/**
 * The rows of a fold as the test, the others as training and validation, in the shares of `fit`. Rows are dealt to
 * folds at random; the same seed deals the same, and sizes differ by one row at most.
 *
 * @param fold 0 to `folds - 1`.
 */
export function foldOf({ encoded }: FitData, { folds, seed }: Dealing, fold: number): Split {
  const [rows] = encoded.shape;
  const order = shuffled(rows, seed);
  const [from, to] = [edge(rows, folds, fold), edge(rows, folds, fold + 1)];
  // From behind the fold around to its beginning: folds next to each other share no validation rows.
  const rest = Uint32Array.from(
    { length: rows - (to - from) },
    (_, i) => order[(to + i) % rows] as number,
  );
  const validation = validationRows(rows, rest.length);
  return {
    test: partOf(encoded, order.subarray(from, to)),
    validation: partOf(encoded, rest.subarray(0, validation)),
    train: partOf(encoded, rest.subarray(validation)),
  };
}

const edge = (rows: number, folds: number, fold: number): number =>
  Math.floor((fold * rows) / folds);

/**
 * Fits a density to the rows outside of a fold, and scores the fold. Values on a grid are spread over their cells with
 * the same noise for all densities.
 *
 * @throws the errors of `fit`; DataError where the score is not finite; the signal's reason when aborted.
 */
export async function scoreFold(
  setting: ComparedSetting,
  data: FitData,
  split: Split,
  options: FoldOptions,
): Promise<FoldScore> {
  const begin = performance.now();
  const { model, steps } = await fitOutside(setting, data, split, options);
  try {
    const { test } = split;
    const scores = await scoreRows(model, data.table, test.rows);
    const logLikelihood = meanWithError(scores).mean;
    if (!Number.isFinite(logLikelihood)) {
      throw new DataError("a row of the fold lies outside of what it can produce");
    }
    const seconds = (performance.now() - begin) / 1000;
    const { parameterCount: parameters } = model;
    return { rows: test.shape[0], logLikelihood, parameters, steps, seconds };
  } finally {
    model.dispose();
  }
}

async function fitOutside(
  setting: ComparedSetting,
  data: FitData,
  split: Split,
  { seed, engine, signal, onProgress }: FoldOptions,
): Promise<{ model: Model; steps: number }> {
  const { schema, columns, rows } = data;
  const { train, validation } = split;
  if (!isFlow(setting)) {
    const baseline = setting.flow === "gaussian" ? fitGaussian : fitGaussianMixture;
    const shared = { columns, table: schema, dequantize: "none" } as const;
    const options = { ...shared, validation, seed, engine, onProgress };
    return { model: await baseline(train, options), steps: 0 };
  }
  const asked = { ...setting, seed };
  let steps = 0;
  const model = await fit(buildFlow(flowSizes(schema, columns), rows, asked), train, {
    ...trainingOptions(rows, asked),
    ...tableTraining(data, split),
    engine,
    signal,
    onProgress(report) {
      if (report.type === "step") steps = report.step;
      onProgress(report);
    },
  });
  return { model, steps };
}
