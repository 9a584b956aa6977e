import { rm } from "node:fs/promises";
import { type BaselineOptions, fitGaussian, fitGaussianMixture } from "pushforward";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { checkOutput } from "../output/output-file.ts";
import { checkForFit } from "../table/check-for-fit.ts";
import { readTable, type Table } from "../table/read-table.ts";
import { defaultShare, type Split, splitRows } from "../table/split-rows.ts";
import { openConsole } from "../terminal/console.ts";
import { adviceIfBeaten } from "./advice.ts";
import { type Contender, compare } from "./comparison.ts";
import { baselineEngine } from "./engine-options.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { jsonReport, textReport } from "./fit-report.ts";
import { buildFlow, SMALL_TABLE, trainingOptions } from "./fit-settings.ts";
import { checkModelName, modelPathFor } from "./model-path.ts";
import { natsPerRow, trainWithProgress } from "./training-run.ts";

/** Fits a flow to a table, judges it beside a Gaussian and a mixture, and writes the model. */
export async function fitTable(path: string, asked: FitCommandOptions): Promise<void> {
  const console = openConsole();
  const options = { ...asked, flow: asked.flow ?? "nsf" };
  const { flow, seed, checkpoint, json } = options;
  const out = await modelPathFor(path, options.out);
  refuseOptionsOf("images", options, `${path} is a table`);
  await checkOutput(out, [path]);
  if (checkpoint) {
    checkModelName(checkpoint);
    await checkOutput(checkpoint, [path, out]);
  }
  const table = await readFitTable(path, options);
  const { rows, names } = table;
  const split = splitRows(table, options.test ?? defaultShare(rows), seed);
  const untrained = buildFlow(names.length, rows, options);
  for (const notice of table.notices) console.note(notice);

  const { engine, onProgress } = baselineEngine(options, console);
  const shared = { columns: names, validation: split.validation, seed, engine };
  const baselines = await fitBaselines(split, { ...shared, onProgress });
  console.note(`Running on ${baselines[0].model.engineName}.`);
  const begin = performance.now();
  const training = { ...trainingOptions(rows, options), ...shared };
  const job = { flow: untrained, rows: split.train, options: training, checkpoint };
  const run = await trainWithProgress({ ...job, loss: natsPerRow }, console);
  const seconds = (performance.now() - begin) / 1000;
  const contenders = [{ name: flow, role: "flow" as const, model: run.model }, ...baselines];
  const comparisons = await compare(contenders, split, seed);
  await run.model.save(out);
  if (checkpoint) await rm(checkpoint, { force: true });
  const advice = await adviceIfBeaten(contenders, split, rows, options);
  const notices = [...run.notices, ...(advice ? [advice] : [])];

  const report = { ...run, notices, table, split, flow, seed, out, seconds, comparisons };
  if (json) console.print(JSON.stringify(jsonReport(report)));
  else for (const line of textReport(report, console.width)) console.print(line);
  if (advice) console.note(advice);
}

async function readFitTable(path: string, options: FitCommandOptions): Promise<Table> {
  const table = await readTable(path, options);
  checkForFit(table);
  if (table.rows >= SMALL_TABLE) return table;
  const small = `Below ${SMALL_TABLE} rows: a smaller flow, weight decay (see fit --help).`;
  return { ...table, notices: [...table.notices, small] };
}

async function fitBaselines(split: Split, options: BaselineOptions): Promise<Contender[]> {
  const mixture = await fitGaussianMixture(split.train, options);
  const gaussian = await fitGaussian(split.train, options);
  return [
    // "gaussian mixture (k = 3)" would take half of a narrow terminal.
    { name: mixture.flowName.replace("gaussian ", ""), role: "gaussianMixture", model: mixture },
    { name: "gaussian", role: "gaussian", model: gaussian },
  ];
}
