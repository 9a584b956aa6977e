import { rm } from "node:fs/promises";
import { type BaselineOptions, fitGaussian, fitGaussianMixture, type Model } from "pushforward";
import { flowSizes } from "pushforward/tables";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { checkOutput } from "../output/output-file.ts";
import { defaultShare, type Split, splitRows } from "../table/split-rows.ts";
import { openConsole } from "../terminal/console.ts";
import { adviceIfBeaten } from "./advice.ts";
import {
  type Contender,
  comparisonOf,
  type ScoredContender,
  scoreContenders,
} from "./comparison.ts";
import { baselineEngine } from "./engine-options.ts";
import { readFitData } from "./fit-data.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { jsonReport, textReport } from "./fit-report.ts";
import { buildFlow, tableTraining, trainingOptions } from "./fit-settings.ts";
import { checkModelName, modelPathFor } from "./model-path.ts";
import { natsPerRow, trainWithProgress } from "./training-run.ts";

/** Fits a flow to a table, judges it beside a Gaussian and a mixture, and writes the model. */
export async function fitTable(path: string | undefined, asked: FitCommandOptions): Promise<void> {
  const console = openConsole();
  const options = { ...asked, flow: asked.flow ?? "nsf" };
  const { flow, seed, checkpoint, json } = options;
  const out = await modelPathFor(path ?? "query", options.out);
  refuseOptionsOf(
    "images",
    options,
    path === undefined ? "a query is a table" : `${path} is a table`,
  );
  const inputs = [path, options.config].filter((input) => input !== undefined);
  await checkOutput(out, inputs);
  if (checkpoint) {
    checkModelName(checkpoint);
    await checkOutput(checkpoint, [...inputs, out]);
  }
  const data = await readFitData(path, options);
  const { schema, columns, encoded, rows } = data;
  const split = splitRows(data.source, encoded, options.test ?? defaultShare(rows), seed);
  const untrained = buildFlow(flowSizes(schema, columns), rows, options);
  for (const notice of data.notices) console.note(notice);

  const { engine, onProgress } = baselineEngine(options, console);
  const { validation } = split;
  const shared = { columns, table: schema, validation, seed, engine, dequantize: "none" } as const;
  const baselines =
    schema.given.length > 0 ? [] : await fitBaselines(split, { ...shared, onProgress });
  const [first] = baselines;
  if (first) console.note(`Running on ${first.model.engineName}.`);
  const begin = performance.now();
  const training = { ...trainingOptions(rows, options), ...tableTraining(data, split), engine };
  const job = { flow: untrained, rows: split.train, options: training, checkpoint };
  const run = await trainWithProgress({ ...job, loss: natsPerRow }, console);
  const seconds = (performance.now() - begin) / 1000;
  const contenders = [{ name: flow, role: "flow" as const, model: run.model }, ...baselines];
  const scored = await scoreContenders(contenders, data.table, split);
  calibrate(run.model, scored[0] as ScoredContender);
  await run.model.save(out);
  if (checkpoint) await rm(checkpoint, { force: true });
  const advice = adviceIfBeaten(scored, rows, options);
  const notices = [...run.notices, ...(advice ? [advice] : [])];

  const comparisons = scored.map(comparisonOf);
  const report = { ...run, notices, data, split, flow, seed, out, seconds, comparisons };
  if (json) console.print(JSON.stringify(jsonReport(report)));
  else for (const line of textReport(report, console.width)) console.print(line);
  if (advice) console.note(advice);
}

/**
 * Tells the model how rows score that it has not seen: what tail probabilities are measured by. Validation rows have
 * chosen the weights, and serve only where no others are held out.
 */
function calibrate(model: Model, { scores }: ScoredContender): void {
  model.calibrate(scores.test.length > 0 ? scores.test : scores.validation);
}

async function fitBaselines({ train }: Split, options: BaselineOptions): Promise<Contender[]> {
  const mixture = await fitGaussianMixture(train, options);
  const gaussian = await fitGaussian(train, options);
  return [
    // "gaussian mixture (k = 3)" would take half of a narrow terminal.
    { name: mixture.flowName.replace("gaussian ", ""), role: "gaussianMixture", model: mixture },
    { name: "gaussian", role: "gaussian", model: gaussian },
  ];
}
