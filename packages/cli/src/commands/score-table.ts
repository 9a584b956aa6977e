import { type Model, SolverError } from "pushforward";
import { scoreTable as scoreRows } from "pushforward/tables";
import { Interrupted } from "../exit-code.ts";
import { refuseOptionsOf } from "../options/useless-options.ts";
import type { OutputColumn } from "../output/cell-text.ts";
import { openTableWriter } from "../output/table-writer.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { watchInterrupt } from "../terminal/interrupt.ts";
import { openRowProgress } from "../terminal/row-progress.ts";
import { evaluationsNote } from "./evaluations-text.ts";
import { refuseUnwritten, withKept } from "./kept-cells.ts";
import { leastLikely } from "./least-likely.ts";
import { type ModelData, modelFields, openModelData } from "./model-data.ts";
import { countFaults } from "./row-faults.ts";
import type { ScoreCommandOptions } from "./scored.ts";
import { scoreNames, withScores } from "./with-scores.ts";

/** Rows that are read, scored and written at once. */
const ROWS_AT_ONCE = 65_536;

/** Writes the log-density of every row of a table, or of those that are least likely. */
export async function scoreTable(
  modelPath: string,
  model: Model,
  path: string | undefined,
  options: ScoreCommandOptions,
  console: Console,
): Promise<void> {
  refuseOptionsOf("images", options, "the model is one of tables");
  const { out, json, anomalies, draws } = options;
  refuseUnwritten(options, anomalies !== undefined);
  const data = await openModelData(model, path, options);
  try {
    for (const notice of data.notices) console.note(notice);
    const faults = countFaults();
    const total: Total = {
      rows: 0,
      finite: 0,
      sum: 0,
      impossible: 0,
      firstImpossible: null,
      evaluations: 0,
    };
    const inJson: (number | null)[] = [];
    const worst = anomalies === undefined ? undefined : leastLikely(anomalies);
    const columns = outputColumns(model, data, worst !== undefined);
    const writer = json && !out ? null : await openTableWriter(out || null, columns);
    const progress = openRowProgress(console, "scored", data.rows);
    const interrupt = watchInterrupt();
    try {
      for await (const table of data.chunks(ROWS_AT_ONCE)) {
        if (interrupt.asked) {
          throw new Interrupted(`stopped at row ${total.rows}; nothing was written`);
        }
        const { logProb, faults: found } = await scoreRows(model, table, { draws }).catch(
          countedFrom(total.rows),
        );
        faults.add(found, total.rows);
        const scored = { logDensity: logProb, tailProbability: tailsOf(model, logProb) };
        if (worst) worst.add(table, scored, total.rows);
        else await writer?.write(withScores(table, scored));
        if (json && !out && !worst) for (const value of logProb) inJson.push(jsonNumber(value));
        tally(total, logProb, found);
        total.evaluations = Math.max(total.evaluations, model.evaluations ?? 0);
        progress.show(total.rows);
      }
      progress.clear();
      if (worst) await writer?.write(worst.table());
      await writer?.close();
    } catch (error) {
      progress.clear();
      await writer?.abort();
      throw error;
    } finally {
      interrupt.end();
    }
    const found = [...faults.notices(), ...impossibleNotices(total)];
    for (const notice of found) console.note(notice);
    const report = { modelPath, model, data, total, notices: [...data.notices, ...found] };
    const scores = worst ? { anomalies: withKept(worst, data.kept) } : { logDensity: inJson };
    const text = summary(total, worst?.table().rows);
    if (json) console.print(JSON.stringify({ ...jsonReport(report), ...(out ? { out } : scores) }));
    else if (out) console.print(`${out}: ${text}`);
    else console.note(text);
  } finally {
    data.close();
  }
}

interface Total {
  rows: number;
  /** Rows with a finite score, and the sum of these. */
  finite: number;
  sum: number;
  /** Rows without a fault whose density is too small for the arithmetic, and the first of them, counted from 1. */
  impossible: number;
  firstImpossible: number | null;
  /** As {@link Model.evaluations}; 0 where no layer is iterated. */
  evaluations: number;
}

/** Counts the row of an error from the start of the table. */
const countedFrom = (rows: number) => (error: unknown) => {
  throw error instanceof SolverError ? error.after(rows) : error;
};

function tally(total: Total, logProb: Float64Array, faults: ReadonlyMap<number, unknown>): void {
  for (const [row, value] of logProb.entries()) {
    if (Number.isFinite(value)) {
      total.finite++;
      total.sum += value;
    } else if (!faults.has(row)) {
      total.impossible++;
      total.firstImpossible ??= total.rows + row + 1;
    }
  }
  total.rows += logProb.length;
}

function impossibleNotices({ impossible, firstImpossible }: Total): string[] {
  if (firstImpossible === null) return [];
  const whose = impossible === 1 ? "its" : "their";
  return [
    `Log-density -inf for ${counted(impossible, "row")}: ${whose} density is 0 in 32-bit arithmetic (first row ` +
      `${firstImpossible}).`,
  ];
}

/** @param least how many of the rows are written, where only the least likely are. */
function summary(total: Total, least: number | undefined): string {
  const kept = least === undefined ? "" : `the ${least.toLocaleString("en-US")} least likely of `;
  return `${kept}${counted(total.rows, "row")}${meanText(total)}${evaluationsNote(total.evaluations || undefined)}`;
}

/** The mean over the rows that have a log-density; how many have none. */
function meanText({ rows, finite, sum }: Total): string {
  if (finite === 0) return rows > 0 ? ", none has a log-density" : "";
  const mean = `, mean log-density ${(sum / finite).toFixed(3)} nats`;
  if (finite === rows) return mean;
  const none = rows - finite;
  return `${mean} of the ${finite.toLocaleString("en-US")} that have one; ${none.toLocaleString("en-US")} ${none === 1 ? "has" : "have"} none`;
}

function tailsOf(model: Model, logProb: Float64Array): Float64Array | null {
  return model.heldOut ? model.tailProbability(logProb) : null;
}

/** The columns that are kept, those of the model in the order of its fields, and the scores. */
function outputColumns(model: Model, { kept }: ModelData, withRows: boolean): OutputColumn[] {
  const own = [...kept, ...modelFields(model)];
  const names = scoreNames(own.map(({ name }) => name));
  const number = (name: string, precision: "float32" | "double"): OutputColumn => ({
    name,
    kind: "number",
    precision,
  });
  return [
    ...(withRows ? [number(names.row, "double")] : []),
    ...own.map(({ name, kind }) => ({ name, kind })),
    number(names.logDensity, "float32"),
    ...(model.heldOut ? [number(names.tailProbability, "float32")] : []),
  ];
}

interface Report {
  modelPath: string;
  model: Model;
  data: ModelData;
  total: Total;
  notices: string[];
}

function jsonReport({ modelPath, model, data, total, notices }: Report) {
  return {
    command: "score",
    model: modelPath,
    table: data.source,
    rows: total.rows,
    columns: modelFields(model).map(({ name }) => name),
    ...(data.kept.length > 0 && { kept: data.kept.map(({ name }) => name) }),
    meanLogDensity: total.finite > 0 ? total.sum / total.finite : null,
    ...(total.finite < total.rows && { rowsWithoutDensity: total.rows - total.finite }),
    engine: model.engineName,
    ...(total.evaluations > 0 && { evaluations: total.evaluations }),
    notices,
  };
}

const jsonNumber = (value: number): number | null => (Number.isFinite(value) ? value : null);
