import type { Model } from "pushforward";
import { scoreTable as scoreRows } from "pushforward/tables";
import { Interrupted } from "../exit-code.ts";
import { refuseOptionsOf } from "../options/useless-options.ts";
import type { OutputColumn } from "../output/cell-text.ts";
import { openTableWriter } from "../output/table-writer.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { watchInterrupt } from "../terminal/interrupt.ts";
import { openRowProgress } from "../terminal/row-progress.ts";
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
  const { out, json, anomalies, seed = 0 } = options;
  const data = await openModelData(model, path, options);
  try {
    for (const notice of data.notices) console.note(notice);
    const faults = countFaults();
    const total = { rows: 0, finite: 0, sum: 0 };
    const inJson: (number | null)[] = [];
    const worst = anomalies === undefined ? undefined : leastLikely(anomalies);
    const columns = outputColumns(model, worst !== undefined);
    const writer = json && !out ? null : await openTableWriter(out ?? null, columns);
    const progress = openRowProgress(console, "scored", data.rows);
    const interrupt = watchInterrupt();
    try {
      for await (const table of data.chunks(ROWS_AT_ONCE)) {
        if (interrupt.asked) {
          throw new Interrupted(`stopped at row ${total.rows}; nothing was written`);
        }
        const { logProb, faults: found } = await scoreRows(model, table, { seed });
        faults.add(found, total.rows);
        const scored = { logDensity: logProb, tailProbability: tailsOf(model, logProb) };
        if (worst) worst.add(table, scored, total.rows);
        else await writer?.write(withScores(table, scored));
        if (json && !out && !worst) for (const value of logProb) inJson.push(jsonNumber(value));
        tally(total, logProb);
        progress.show(total.rows);
      }
      progress.clear();
      if (worst && writer) await writer.write(worst.table());
      await writer?.close();
    } catch (error) {
      progress.clear();
      await writer?.abort();
      throw error;
    } finally {
      interrupt.end();
    }
    for (const notice of faults.notices()) console.note(notice);
    const report = {
      modelPath,
      model,
      data,
      total,
      notices: [...data.notices, ...faults.notices()],
    };
    const scores = worst ? { anomalies: worst.report() } : { logDensity: inJson };
    if (json) console.print(JSON.stringify({ ...jsonReport(report), ...(out ? { out } : scores) }));
    else if (out) console.print(`${out}: ${summary(total, anomalies)}`);
    else console.note(summary(total, anomalies));
  } finally {
    data.close();
  }
}

interface Total {
  rows: number;
  /** Rows with a finite score, and the sum of these. */
  finite: number;
  sum: number;
}

function tally(total: Total, logProb: Float64Array): void {
  total.rows += logProb.length;
  for (const value of logProb) {
    if (!Number.isFinite(value)) continue;
    total.finite++;
    total.sum += value;
  }
}

function summary({ rows, finite, sum }: Total, anomalies: number | undefined): string {
  const mean = finite > 0 ? `, mean log-density ${(sum / finite).toFixed(3)} nats` : "";
  const kept = anomalies === undefined ? "" : `the ${Math.min(anomalies, rows)} least likely of `;
  return `${kept}${counted(rows, "row")}${mean}`;
}

function tailsOf(model: Model, logProb: Float64Array): Float64Array | null {
  return model.heldOut ? model.tailProbability(logProb) : null;
}

/** The columns of the model, in the order of its fields, with the scores after them. */
function outputColumns(model: Model, withRows: boolean): OutputColumn[] {
  const fields = modelFields(model);
  const names = scoreNames(fields.map(({ name }) => name));
  const number = (name: string, precision: "float32" | "double"): OutputColumn => ({
    name,
    kind: "number",
    precision,
  });
  return [
    ...(withRows ? [number(names.row, "double")] : []),
    ...fields.map(({ name, kind }): OutputColumn => ({ name, kind })),
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
    meanLogDensity: total.finite > 0 ? total.sum / total.finite : null,
    engine: model.engineName,
    notices,
  };
}

const jsonNumber = (value: number): number | null => (Number.isFinite(value) ? value : null);
