import { checkOptionNames } from "../../core/check-options.ts";
import { columnLabel } from "../../core/column.ts";
import type { HostRows } from "../../core/rows.ts";
import { checkSeed } from "../../core/seed.ts";
import type { EngineChoice } from "../../engine/index.ts";
import { hostRandom } from "../../numerics/host-random.ts";
import { streams } from "../../numerics/streams.ts";
import {
  type ClassifierTwoSampleTest,
  classifierTwoSampleTest,
} from "./classifier-two-sample-test.ts";
import { type CorrelationDifference, correlationDifference } from "./correlation-difference.ts";
import { type MarginalDistances, marginalDistances } from "./marginal-distances.ts";
import { type MaximumMeanDiscrepancy, maximumMeanDiscrepancy } from "./maximum-mean-discrepancy.ts";
import { type NearestNeighbours, nearestNeighbours } from "./nearest-neighbours.ts";
import {
  type DataAndSamples,
  drawRows,
  FEWEST_ROWS,
  type NumberRows,
  readNumberRows,
} from "./number-rows.ts";
import {
  type Label,
  onClassifier,
  onCorrelations,
  onDiscrepancy,
  onMarginals,
  onNeighbours,
  type Verdict,
} from "./verdicts.ts";

/** Samples, data to compare them with, and the rows that the model learned from. */
export interface QualityRows extends DataAndSamples {
  /** All rows that the model learned from, none of `data`; without them memorisation is not looked for. */
  readonly training?: NumberRows | undefined;
}

export interface SampleQualityOptions {
  /** Of all that is random; default 0. */
  seed?: number | undefined;
  /** Names of the columns, for messages; default: their numbers, from 0. */
  names?: readonly string[] | undefined;
  /** What runs the classifier; default `"auto"`. */
  engine?: EngineChoice | undefined;
}

/** How like the data samples are. A check that was not made is `null`, and `skipped` says why. */
export interface SampleQuality {
  /** Whether none of the checks that were made failed. */
  readonly ok: boolean;
  /** Rows that were compared. */
  readonly rows: { readonly data: number; readonly samples: number };
  readonly marginals: (MarginalDistances & Verdict) | null;
  readonly correlations: (CorrelationDifference & Verdict) | null;
  readonly discrepancy: (MaximumMeanDiscrepancy & Verdict) | null;
  readonly neighbours: (NearestNeighbours & Verdict) | null;
  readonly classifier: (ClassifierTwoSampleTest & Verdict) | null;
  readonly skipped: readonly string[];
}

/** Of data and of samples; of training rows all are searched. */
const MOST_ROWS = 20_000;

/**
 * How like the data are a model's samples? Five checks: the Kolmogorov-Smirnov distances of the columns, the
 * differences of their correlations, the maximum mean discrepancy, the distances to the nearest training rows, and a
 * classifier two-sample test.
 *
 * A check fails where a perfect model would hardly ever look so, p <= 0.001, and the difference is not small. Small
 * are an accuracy of the classifier below 0.55 (of 20 rows one more told rightly than by chance); a distance below
 * 0.05 (a threshold on that column is then right in 52.5 % of cases at best); a difference of Spearman's correlations
 * below 0.1 (1 % of a variance); nearest distances as for the classifier. Without such bounds every model fails
 * once there are rows enough. The discrepancy has no unit: its p-value alone decides, of 1000 rows at most.
 * p-values are corrected for the numbers of columns, of pairs and of tests, so that a perfect model fails about one
 * check in 1000 at most, and the report of five checks one time in 200. "About", as the p-values of correlations and
 * of the classifier are approximate.
 *
 * With fewer than 20 rows of data or samples nothing can be told, and all checks are skipped. Of more than 20,000,
 * as many are drawn. Equal seeds give equal reports on one machine.
 *
 * @throws (rejects with) ShapeError for rows without the same columns; DataError for values that are not finite
 * numbers; DomainError for a seed, the name of an option or an engine that is none.
 */
export async function sampleQuality(
  { data, samples, training }: QualityRows,
  options: SampleQualityOptions = {},
): Promise<SampleQuality> {
  checkOptionNames("sampleQuality", options, ["seed", "names", "engine"]);
  const { seed = 0, names = [], engine } = options;
  checkSeed("sampleQuality", seed);
  const given = { data, samples, ...(training && { training }) };
  const read = readNumberRows<"data" | "samples" | "training">("sampleQuality", given as never, 0);
  const compared = drawCompared(read, seed);
  const rows = { data: compared.data.shape[0], samples: compared.samples.shape[0] };
  const skipped = whatIsSkipped(read);
  if (rows.data < FEWEST_ROWS || rows.samples < FEWEST_ROWS) {
    const checks = { marginals: null, correlations: null, discrepancy: null, neighbours: null };
    return { ok: true, rows, ...checks, classifier: null, skipped };
  }
  const label: Label = (column) =>
    columnLabel(
      names.map((name) => ({ name })),
      column,
    );
  const { size } = read.data;
  const hasNeighbours = (read.training?.count ?? 0) >= FEWEST_ROWS;
  const checks = {
    marginals: judged(marginalDistances(compared), (found) => onMarginals(found, label)),
    correlations:
      size > 1
        ? judged(correlationDifference(compared), (found) => onCorrelations(found, label))
        : null,
    discrepancy: judged(await maximumMeanDiscrepancy(compared, { seed }), onDiscrepancy),
    neighbours:
      training && hasNeighbours
        ? judged(await nearestNeighbours(neighbourRows(training, compared), { seed }), onNeighbours)
        : null,
    classifier: judged(await classifierTwoSampleTest(compared, { seed, engine }), onClassifier),
  };
  const ok = Object.values(checks).every((check) => check === null || check.ok);
  return { ok, rows, ...checks, skipped };
}

function judged<T extends object>(found: T, judge: (found: T) => Verdict): T & Verdict {
  return { ...judge(found), ...found };
}

function neighbourRows(training: NumberRows, { data, samples }: DataAndSamples) {
  return { training, heldOut: data, samples };
}

/** The rows that are compared: all of them, or as many as are looked at. */
function drawCompared(
  { data, samples }: { data: HostRows; samples: HostRows },
  seed: number,
): DataAndSamples {
  const random = hostRandom(seed, streams.comparedRows);
  const draw = (rows: HostRows): NumberRows => {
    const drawn = drawRows(rows, MOST_ROWS, random);
    return { data: drawn.data, shape: [drawn.count, drawn.size] };
  };
  return { data: draw(data), samples: draw(samples) };
}

/** The checks that are not made, each with the reason. */
function whatIsSkipped(read: {
  readonly data: HostRows;
  readonly samples: HostRows;
  readonly training?: HostRows;
}): string[] {
  const { data, samples, training } = read;
  if (data.count < FEWEST_ROWS || samples.count < FEWEST_ROWS) {
    return [
      `all checks: there are ${data.count} rows of data and ${samples.count} samples; fewer than ${FEWEST_ROWS} of ` +
        "either tell nothing.",
    ];
  }
  const skipped = data.size > 1 ? [] : ["correlations: there is one column only."];
  if (!training) {
    skipped.push("nearest neighbours: the rows that the model learned from are not given.");
  } else if (training.count < FEWEST_ROWS) {
    skipped.push(
      `nearest neighbours: there are ${training.count} training rows; fewer than ${FEWEST_ROWS} tell nothing.`,
    );
  }
  return skipped;
}
