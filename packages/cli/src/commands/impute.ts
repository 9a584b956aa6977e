import { DataError } from "pushforward";
import { imputeTable, type Table, type TableColumn } from "pushforward/tables";
import { checkOutput } from "../output/output-file.ts";
import { openTableWriter } from "../output/table-writer.ts";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { openRowProgress, type RowProgress } from "../terminal/row-progress.ts";
import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import { imageModel } from "./image-model.ts";
import { loadModel } from "./load-model.ts";
import { openModelData } from "./model-data.ts";
import { outputColumns } from "./output-columns.ts";

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
  if (out) await checkOutput(out, path === undefined ? [modelPath] : [modelPath, path]);
  const model = await loadModel(modelPath, options, console);
  if (imageModel(modelPath, model)) {
    throw new DataError(`${modelPath}: is a model of images; impute fills the gaps of tables`);
  }
  const data = await openModelData(model, path, options);
  try {
    for (const notice of data.notices) console.note(notice);
    const table = await data.read();
    let progress: RowProgress | undefined;
    const { tables, effectiveSizes } = await imputeTable(model, table, {
      seed,
      draws,
      onProgress(done, of) {
        progress ??= openRowProgress(console, "imputed", of);
        progress.show(done);
      },
    });
    progress?.clear();
    const filled = tables.map((each, draw) => (draws > 1 ? numbered(each, draw + 1) : each));
    const [first] = filled;
    if (first && (out || !json)) {
      const writer = await openTableWriter(out ?? null, outputColumns(model, first));
      for (const each of filled) await writer.write(each);
      await writer.close();
    }
    const sizes = [...effectiveSizes.values()];
    const doubtful = sizes.filter((size) => size < FEWEST_EFFECTIVE).length;
    const notices = [
      ...data.notices,
      ...(doubtful > 0
        ? [
            `${counted(doubtful, "row")} of ${sizes.length} with gaps: what is there is unlike the model's draws, and the ` +
              "imputed cells are rough.",
          ]
        : []),
    ];
    for (const notice of notices) console.note(notice);
    const summary = `${counted(table.rows, "row")}, gaps filled in ${sizes.length.toLocaleString("en-US")} of them`;
    if (json) {
      const { engineName: engine } = model;
      const facts = { rows: table.rows, imputed: sizes.length, draws, seed, engine, notices };
      console.print(
        JSON.stringify({
          command: "impute",
          model: modelPath,
          table: data.source,
          ...facts,
          ...(out && { out }),
        }),
      );
    } else if (out) console.print(`${out}: ${summary}`);
    else console.note(summary);
  } finally {
    data.close();
  }
}

/** One of several completed copies, with its number in a column before the others. */
function numbered(table: Table, draw: number): Table {
  const column: TableColumn = {
    name: "draw",
    kind: "number",
    cells: new Float64Array(table.rows).fill(draw),
  };
  return { rows: table.rows, columns: [column, ...table.columns] };
}
