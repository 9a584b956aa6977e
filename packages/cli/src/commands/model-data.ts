import { DataError, type Model } from "pushforward";
import { type Field, schemaOf, type Table } from "pushforward/tables";
import { holdsImages } from "../images/holds-images.ts";
import type {
  DataSource,
  ReadableColumn,
  ReadOptions,
  SourceColumn,
} from "../table/data-source.ts";
import {
  type Selection,
  selectForFit,
  selectForModel,
  selectKept,
} from "../table/select-columns.ts";
import { counted, listed } from "../table/wording.ts";
import { type DataOptions, openInput } from "./data-options.ts";

/** A table with the columns of a model. Close it after use. */
export interface ModelData {
  /** What messages call it. */
  source: string;
  rows: number;
  notices: string[];
  /** The columns that --keep names. */
  kept: ReadableColumn[];
  /**
   * All rows or a random choice of them: the columns that are kept, and after them the model's, called as the model
   * calls them.
   */
  read(options?: ReadOptions): Promise<Table>;
  /** All rows in order, so many at once. */
  chunks(rowsAtOnce: number): AsyncIterable<Table>;
  close(): void;
}

/** The columns of a table that a model has a value of for each row: modelled, or given. */
export function modelFields(model: Model): Field[] {
  const { fields, given } = schemaOf("the model", model);
  return [...fields.filter(({ type }) => type !== "constant"), ...given];
}

/**
 * Opens the columns of a table that a model needs: by name, or in order if it knows no names.
 *
 * @throws DataError, in one line that names the file and the way out.
 */
export async function openModelData(
  model: Model,
  path: string | undefined,
  options: DataOptions,
): Promise<ModelData> {
  if (path !== undefined && (await holdsImages(path, options.table))) {
    throw new DataError(
      `${path}: is taken for images (a folder, or a file by its name), and the model is one of ` +
        `tables with the columns ${listed(modelFields(model).map(({ name }) => name))}; name a table`,
    );
  }
  const fields = modelFields(model);
  const from = await openInput(path, options, textColumns(fields, options));
  try {
    const kept = await selectKept(from, fields, options.keep ?? []);
    const { chosen, notices } = select(model, from, fields, options, kept);
    const read = [...kept, ...chosen];
    const named = (table: Table): Table => ({
      rows: table.rows,
      columns: table.columns.map((column, place) => ({
        ...column,
        name: fields[place - kept.length]?.name ?? column.name,
      })),
    });
    return {
      source: from.source,
      rows: from.rows,
      notices: [...from.notices, ...notices],
      kept,
      read: async (options) => named(await from.read(read, options)),
      chunks: (rowsAtOnce) => namedChunks(from, read, rowsAtOnce, named),
      close: () => from.close(),
    };
  } catch (error) {
    from.close();
    throw error;
  }
}

/** Columns that must not be read as numbers: those that are kept, and those that were no numbers in the fit. */
function textColumns(fields: readonly Field[], { columns, keep = [] }: DataOptions): string[] {
  const own = fields.flatMap(({ name, kind }, place) =>
    kind === "text" || kind === "boolean" ? [columns?.[place] ?? name] : [],
  );
  return [...keep, ...own];
}

async function* namedChunks(
  from: DataSource,
  chosen: readonly SourceColumn[],
  rowsAtOnce: number,
  named: (table: Table) => Table,
): AsyncGenerator<Table> {
  for await (const table of from.chunks(chosen, rowsAtOnce)) yield named(table);
}

function select(
  model: Model,
  from: DataSource,
  fields: readonly Field[],
  options: DataOptions,
  kept: readonly SourceColumn[],
): Selection {
  const knowsNames = model.table || model.columns.some(({ name }) => name !== undefined);
  if (knowsNames || options.columns) return selectForModel(from, fields, options, kept);
  const exclude = [...(options.exclude ?? []), ...kept.map(({ name }) => name)];
  const { chosen, notices } = selectForFit(from, { exclude });
  const numbers = chosen.filter(({ kind }) => kind === "number");
  if (numbers.length === fields.length) return { chosen: numbers, notices };
  throw new DataError(
    `${from.source}: has ${counted(numbers.length, "column")} of numbers where the model takes ${fields.length}; pick ` +
      "them with --columns a,b",
  );
}
