import { fieldTexts } from "pushforward/tables";
import type { Split } from "../table/split-rows.ts";
import { counted } from "../table/wording.ts";
import { duration } from "../terminal/duration.ts";
import { factLines } from "../terminal/text-table.ts";
import { bestEntry } from "./best-entry.ts";
import type { Comparison } from "./comparison.ts";
import { evaluationsFact } from "./evaluations-text.ts";
import { fieldFacts } from "./field-facts.ts";
import type { FitData } from "./fit-data.ts";
import { scoreLines } from "./score-lines.ts";
import type { TrainingRun } from "./training-run.ts";

/** What there is to tell of a fit. */
export interface FitReport extends TrainingRun {
  data: FitData;
  split: Split;
  flow: string;
  seed: number;
  out: string;
  seconds: number;
  comparisons: Comparison[];
}

/** The report for people. */
export function textReport(report: FitReport, width: number): string[] {
  const { data, split, flow, model, seconds, steps, bestStep, out } = report;
  const rowsOf = (part: keyof Split) => `${split[part].shape[0].toLocaleString("en-US")} ${part}`;
  const facts: [string, string][] = [
    ["table", `${data.source}, ${counted(data.rows, "row")}`],
    ...fieldFacts(fieldTexts(data.schema, data.columns)),
    ["rows", `${rowsOf("train")}, ${rowsOf("validation")}, ${rowsOf("test")}`],
    ["flow", `${flow}, ${counted(model.parameterCount, "parameter")}`],
    ["engine", model.engineName ?? ""],
    [
      "training time",
      `${duration(seconds)} for ${counted(steps, "step")}, the best was ${bestStep}`,
    ],
    ...evaluationsFact(bestEntry(model.history)?.evaluations),
  ];
  return [
    ...factLines(facts, width),
    "",
    ...scoreLines("log-likelihood per row in nats, higher is better", report.comparisons, width),
    "",
    ...factLines([["model", out]], width),
  ];
}

/** The report for machines. */
export function jsonReport(report: FitReport) {
  const { data, split, flow, model, seconds, steps, bestStep, out, comparisons } = report;
  return {
    command: "fit",
    model: out,
    table: data.source,
    rows: {
      total: data.rows,
      train: split.train.shape[0],
      validation: split.validation.shape[0],
      test: split.test.shape[0],
    },
    columns: fieldTexts(data.schema, data.columns),
    flow,
    parameters: model.parameterCount,
    engine: model.engineName,
    seed: report.seed,
    steps,
    bestStep,
    seconds,
    evaluations: bestEntry(model.history)?.evaluations,
    logLikelihood: Object.fromEntries(
      comparisons.map(({ name, role, train, validation, test, testError }) => [
        role,
        { name, train, validation, test, testError },
      ]),
    ),
    notices: [...data.notices, ...report.notices],
  };
}
