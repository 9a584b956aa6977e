import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { basename } from "node:path";
import {
  DomainError,
  type FitOptions,
  type FitProgress,
  type Flow,
  fit,
  fitGaussian,
  fitGaussianMixture,
  flows,
  type Model,
} from "pushforward";
import { Interrupted } from "../exit-code.ts";
import { checkOutput, writeBlocks } from "../output/output-file.ts";
import { checkForFit } from "../table/check-for-fit.ts";
import { readTable, type Table } from "../table/read-table.ts";
import { defaultShare, type Split, splitRows } from "../table/split-rows.ts";
import { counted, listed } from "../table/wording.ts";
import { type Console, openConsole } from "../terminal/console.ts";
import { duration } from "../terminal/duration.ts";
import { openProgress } from "../terminal/progress.ts";
import { factLines } from "../terminal/text-table.ts";
import { type Comparison, type Contender, compare, comparisonLines } from "./comparison.ts";
import type { TableOptions } from "./model-table.ts";

export interface FitCommandOptions extends TableOptions {
  flow: keyof typeof flows;
  layers?: number;
  hidden?: number[];
  bins?: number;
  test?: number;
  seed: number;
  steps?: number;
  batchSize?: number;
  learningRate?: number;
  checkpoint?: string;
  out?: string;
  json?: boolean;
}

/** Fits a flow to a table, judges it beside a Gaussian and a mixture, and writes the model. */
export async function fitCommand(path: string, options: FitCommandOptions): Promise<void> {
  const console = openConsole();
  const out = options.out ?? `${basename(path).replace(/(\.[^.]+?)(\.gz)?$/, "")}.safetensors`;
  await checkOutput(out);
  if (options.checkpoint) await checkOutput(options.checkpoint);
  const table = await readTable(path, options);
  checkForFit(table);
  const split = splitRows(table, options.test ?? defaultShare(table.rows), options.seed);
  const flow = buildFlow(table.names.length, options);
  for (const notice of table.notices) console.note(notice);

  const begin = performance.now();
  const baselines = await fitBaselines(table, split, options.seed);
  const run = await train(flow, table, split, options, console);
  const seconds = (performance.now() - begin) / 1000;
  const comparisons = await compare(
    [{ name: options.flow, role: "flow", model: run.model }, ...baselines],
    split,
    options.seed,
  );
  await run.model.save(out);
  if (options.checkpoint) await rm(options.checkpoint, { force: true });

  const report = { table, split, options, out, seconds, comparisons, ...run };
  if (options.json) console.print(JSON.stringify(jsonReport(report)));
  else for (const line of textReport(report, console.width)) console.print(line);
}

function buildFlow(features: number, options: FitCommandOptions): Flow {
  const { flow, layers, hidden, bins } = options;
  if (bins !== undefined && flow !== "nsf") {
    throw new DomainError(
      `--bins: the flow ${flow} has no splines; drop --bins, or use --flow nsf`,
    );
  }
  return flows[flow].build({
    features,
    ...(layers !== undefined && { layers }),
    ...(hidden && { hidden }),
    ...(bins !== undefined && { bins }),
  });
}

async function fitBaselines(table: Table, split: Split, seed: number): Promise<Contender[]> {
  const columns = table.names;
  const gaussian = await fitGaussian(split.train, { columns });
  const mixture = await fitGaussianMixture(split.train, {
    seed,
    validation: split.validation,
    columns,
  });
  return [
    // "gaussian mixture (k = 3)" would take half of a narrow terminal.
    { name: mixture.flowName.replace("gaussian ", ""), role: "gaussianMixture", model: mixture },
    { name: "gaussian", role: "gaussian", model: gaussian },
  ];
}

interface TrainingRun {
  model: Model;
  /** Steps that were taken. */
  steps: number;
  bestStep: number;
  notices: string[];
}

/** Trains until the end or Ctrl-C; nothing but the checkpoint is written. */
async function train(
  flow: Flow,
  table: Table,
  split: Split,
  options: FitCommandOptions,
  console: Console,
): Promise<TrainingRun> {
  const { checkpoint } = options;
  const resume = checkpoint && existsSync(checkpoint) ? await readFile(checkpoint) : null;
  if (resume) console.note(`Continuing from ${checkpoint}.`);
  const progress = openProgress(console);
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once("SIGINT", interrupt);
  const notices: string[] = [];
  const state = {
    step: 0,
    steps: 0,
    loss: 0,
    validation: null as number | null,
    stepsPerSecond: 0,
  };
  let bestStep = 0;
  const onProgress = (event: FitProgress) => {
    if (event.type === "notice") {
      notices.push(event.message);
      progress.note(event.message);
      return;
    }
    if (event.type === "step") Object.assign(state, event);
    else {
      state.validation = event.loss;
      bestStep = event.bestStep;
    }
    if (state.steps > 0) progress.show(state);
  };
  try {
    const model = await fit(flow, split.train, {
      columns: table.names,
      validation: split.validation,
      signal: interruption.signal,
      onProgress,
      ...training(options),
      ...(checkpoint && { onCheckpoint: (bytes) => writeBlocks(checkpoint, [bytes]) }),
      ...(resume && { resume }),
    });
    return { model, steps: state.step, bestStep, notices };
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    const kept = checkpoint && existsSync(checkpoint);
    throw new Interrupted(
      kept
        ? `stopped at step ${state.step}; the same command continues from ${checkpoint}`
        : `stopped at step ${state.step}; no model was written`,
    );
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt);
  }
}

/** The options of training that were given. */
function training({ seed, steps, batchSize, learningRate }: FitCommandOptions): FitOptions {
  return {
    seed,
    ...(steps !== undefined && { steps }),
    ...(batchSize !== undefined && { batchSize }),
    ...(learningRate !== undefined && { learningRate }),
  };
}

interface Report extends TrainingRun {
  table: Table;
  split: Split;
  options: FitCommandOptions;
  out: string;
  seconds: number;
  comparisons: Comparison[];
}

function textReport(report: Report, width: number): string[] {
  const { table, split, options, model, seconds, steps, bestStep, out } = report;
  const rowsOf = (part: keyof Split) => `${split[part].shape[0].toLocaleString("en-US")} ${part}`;
  const facts: [string, string][] = [
    ["table", `${table.source}, ${counted(table.rows, "row")}`],
    ["columns", listed(table.names, 20)],
    ["rows", `${rowsOf("train")}, ${rowsOf("validation")}, ${rowsOf("test")}`],
    ["flow", `${options.flow}, ${counted(model.parameterCount, "parameter")}`],
    ["time", `${duration(seconds)} for ${counted(steps, "step")}, the best was ${bestStep}`],
  ];
  return [
    ...factLines(facts, width),
    "",
    ...comparisonLines(report.comparisons),
    "",
    ...factLines([["model", out]], width),
  ];
}

function jsonReport(report: Report) {
  const { table, split, options, model, seconds, steps, bestStep, out, comparisons } = report;
  return {
    command: "fit",
    model: out,
    table: table.source,
    rows: {
      total: table.rows,
      train: split.train.shape[0],
      validation: split.validation.shape[0],
      test: split.test.shape[0],
    },
    columns: model.columns,
    flow: options.flow,
    parameters: model.parameterCount,
    seed: options.seed,
    steps,
    bestStep,
    seconds,
    logLikelihood: Object.fromEntries(
      comparisons.map(({ name, role, train, validation, test, testError }) => [
        role,
        { name, train, validation, test, testError },
      ]),
    ),
    notices: [...table.notices, ...report.notices],
  };
}
