import { DataError, type Model } from "pushforward";
import { type Imputation, imputeTable, type Table, type TableColumn } from "pushforward/tables";
import { checkTableOutput, openTableWriter } from "../output/table-writer.ts";
import { freeName } from "../table/free-name.ts";
import { counted } from "../table/wording.ts";
import { type Console, openConsole } from "../terminal/console.ts";
import { openRowProgress, type RowProgress } from "../terminal/row-progress.ts";
import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import { imageModel } from "./image-model.ts";
import { refuseUnwritten } from "./kept-cells.ts";
import { loadModel } from "./load-model.ts";
import { openModelData } from "./model-data.ts";

export interface ImputeCommandOptions extends DataOptions, EngineOptions {
  draws: number;
  seed: number;
  out?: string;
  json?: boolean;
}

/** Draws of which fewer than these are worth a draw make a row doubtful. */
const FEWEST_EFFECTIVE = 10;

/** Fills the missing cells of a table with draws given those that are there. */
export async function imputeCommand(
  modelPath: string,
  path: string | undefined,
  options: ImputeCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { draws, seed, out, json } = options;
  refuseUnwritten(options);
  if (out) await checkTableOutput(out, path === undefined ? [modelPath] : [modelPath, path]);
  const model = await loadModel(modelPath, options, console);
  if (imageModel(modelPath, model)) {
    throw new DataError(`${modelPath}: is a model of images; impute fills the gaps of tables`);
  }
  const data = await openModelData(model, path, options);
  try {
    for (const notice of data.notices) console.note(notice);
    const table = await data.read();
    const { tables, effectiveSizes } = await impute(model, table, options, console);
    if (out || !json) await write(tables, out || null);
    const found = noticesOn(effectiveSizes);
    for (const notice of found) console.note(notice);
    if (json) {
      const { engineName: engine } = model;
      const notices = [...data.notices, ...found];
      const facts = {
        rows: table.rows,
        imputed: effectiveSizes.size,
        draws,
        seed,
        engine,
        notices,
      };
      const report = { command: "impute", model: modelPath, table: data.source, ...facts };
      console.print(JSON.stringify({ ...report, ...(out && { out }) }));
      return;
    }
    const summary = `${counted(table.rows, "row")}, gaps filled in ${effectiveSizes.size.toLocaleString("en-US")} of them`;
    if (out) console.print(`${out}: ${summary}`);
    else console.note(summary);
  } finally {
    data.close();
  }
}

async function impute(
  model: Model,
  table: Table,
  { draws, seed }: ImputeCommandOptions,
  console: Console,
): Promise<Imputation> {
  let progress: RowProgress | undefined;
  const found = await imputeTable(model, table, {
    seed,
    draws,
    onProgress(done, of) {
      progress ??= openRowProgress(console, "imputed", of);
      progress.show(done);
    },
  });
  progress?.clear();
  return found;
}

/** Writes the completed copies one after the other, numbered if there are several. */
async function write(tables: readonly Table[], out: string | null): Promise<void> {
  const filled = tables.length > 1 ? tables.map((each, draw) => numbered(each, draw + 1)) : tables;
  // What was there is written as it was, to the last digit.
  const columns = (filled[0] as Table).columns.map(({ name, kind }) => ({ name, kind }));
  const writer = await openTableWriter(out, columns);
  try {
    for (const each of filled) await writer.write(each);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** What to know of rows whose candidates are worth too few draws, by row in order. */
export function noticesOn(sizes: ReadonlyMap<number, number>): string[] {
  const impossible = tell(sizes, (size) => size === 0);
  const doubtful = tell(sizes, (size) => size > 0 && size < FEWEST_EFFECTIVE);
  return [
    ...(impossible
      ? [`${impossible}: what is there has no density; the imputed cells mean nothing.`]
      : []),
    ...(doubtful
      ? [`${doubtful}: what is there is unlike the model's draws, and the imputed cells are rough.`]
      : []),
  ];
}

/** How many rows with gaps are worth so little, and the first of them; nothing where there is none. */
function tell(sizes: ReadonlyMap<number, number>, is: (size: number) => boolean): string {
  const rows = [...sizes].flatMap(([row, size]) => (is(size) ? [row + 1] : []));
  const [first] = rows;
  if (first === undefined) return "";
  return `${counted(rows.length, "row")} of ${sizes.size.toLocaleString("en-US")} with gaps (first row ${first})`;
}

/** One of several completed copies, with its number in a column before the others. */
function numbered(table: Table, draw: number): Table {
  const taken = table.columns.map(({ name }) => name);
  const column: TableColumn = {
    name: freeName("draw", taken),
    kind: "number",
    cells: new Float64Array(table.rows).fill(draw),
  };
  return { rows: table.rows, columns: [column, ...table.columns] };
}
