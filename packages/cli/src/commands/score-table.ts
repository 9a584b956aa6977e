import type { Model } from "pushforward";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { csvHeader, csvLine } from "../output/csv-lines.ts";
import { float32Text } from "../output/number-text.ts";
import type { Table } from "../table/read-table.ts";
import { counted } from "../table/wording.ts";
import { columnNames, readModelTable } from "./model-table.ts";
import type { ScoreCommandOptions, Scored } from "./scored.ts";

/** The log-density of every row of a table. */
export async function scoreTable(
  model: Model,
  path: string,
  options: ScoreCommandOptions,
): Promise<Scored> {
  refuseOptionsOf("images", options, "the model is one of tables");
  const { table, rows } = await readModelTable(model, path, options);
  const columns = columnNames(model);
  const logDensity = await model.logProb(rows);
  const mean = logDensity.reduce((sum, value) => sum + value / logDensity.length, 0);
  return {
    lines: scoreLines(columns, table, logDensity),
    summary: `${counted(table.rows, "row")}, mean log-density ${mean.toFixed(3)} nats`,
    notices: table.notices,
    facts: { table: path, rows: table.rows, columns, meanLogDensity: mean },
    scores: { logDensity: Array.from(logDensity) },
  };
}

function* scoreLines(
  names: readonly string[],
  { values, rows }: Table,
  logDensity: Float32Array,
): Generator<string> {
  const width = names.length;
  yield csvHeader([...names, "log_density"]);
  for (let row = 0; row < rows; row++) {
    const cells = Array.from(values.subarray(row * width, (row + 1) * width), String);
    yield csvLine([...cells, float32Text(logDensity[row] as number)]);
  }
}
