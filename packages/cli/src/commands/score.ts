import { csvHeader, csvLine } from "../output/csv-lines.ts";
import { float32Text } from "../output/number-text.ts";
import { checkOutput, printText, writeText } from "../output/output-file.ts";
import type { Table } from "../table/read-table.ts";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { columnNames, loadModel, readModelTable, type TableOptions } from "./model-table.ts";

export interface ScoreCommandOptions extends TableOptions {
  out?: string;
  json?: boolean;
}

/** Writes the rows of a table with their log-density. */
export async function scoreCommand(
  modelPath: string,
  tablePath: string,
  options: ScoreCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { out, json } = options;
  if (out) await checkOutput(out, [modelPath, tablePath]);
  const model = await loadModel(modelPath, options, console);
  const { table, rows } = await readModelTable(model, tablePath, options);
  for (const notice of table.notices) console.note(notice);
  const logDensity = await model.logProb(rows);
  const mean = logDensity.reduce((sum, value) => sum + value / logDensity.length, 0);
  if (out) await writeText(out, scoreLines(columnNames(model), table, logDensity));
  if (json) {
    console.print(
      JSON.stringify({
        command: "score",
        model: modelPath,
        table: tablePath,
        rows: table.rows,
        columns: columnNames(model),
        engine: model.engineName,
        meanLogDensity: mean,
        ...(out ? { out } : { logDensity: Array.from(logDensity) }),
        notices: table.notices,
      }),
    );
    return;
  }
  if (!out) await printText(scoreLines(columnNames(model), table, logDensity));
  const summary = `${counted(table.rows, "row")}, mean log-density ${mean.toFixed(3)} nats`;
  if (out) console.print(`${out}: ${summary}`);
  else console.note(summary);
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
