import { DataError, type Model } from "pushforward";
import { holdsImages } from "../images/holds-images.ts";
import type { ColumnChoice } from "../table/choose-columns.ts";
import { readTable, type Table } from "../table/read-table.ts";
import { counted, listed } from "../table/wording.ts";

/** Options of every command that reads a table. */
export interface TableOptions {
  columns?: string[];
  exclude?: string[];
  dropMissing?: boolean;
}

export interface ModelTable {
  table: Table;
  /** The rows in the model's shape. */
  rows: { data: Float64Array; shape: number[] };
}

/** The names of a model's columns; numbered where it has none. */
export function columnNames({ columns }: Model): string[] {
  return columns.map(({ name }, column) => name ?? `column${column}`);
}

/**
 * Reads the columns of a table that a model needs: by name, or in order if it knows no names.
 *
 * @throws DataError, in one line that names the file and the way out.
 */
export async function readModelTable(
  model: Model,
  path: string,
  options: TableOptions,
): Promise<ModelTable> {
  if (await holdsImages(path)) {
    throw new DataError(
      `${path}: is taken for images (a folder, or a file by its name), and the model is one of ` +
        `tables with the columns ${listed(columnNames(model))}; name a CSV or TSV file`,
    );
  }
  const table = await readTable(path, choice(model, options));
  const size = model.columns.length;
  if (table.names.length !== size) {
    throw new DataError(
      `${path}: has ${counted(table.names.length, "column")} of numbers where the model takes ${size}; pick ` +
        "them with --columns a,b",
    );
  }
  return { table, rows: { data: table.values, shape: [table.rows, ...model.shape] } };
}

/** Names on the command line say which columns of the table stand for the model's, in its order. */
function choice(model: Model, { columns, exclude, dropMissing }: TableOptions) {
  const picked: ColumnChoice = columns
    ? { columns }
    : model.columns.some(({ name }) => name !== undefined)
      ? { needed: columnNames(model), ...(exclude && { exclude }) }
      : { ...(exclude && { exclude }) };
  return { ...picked, ...(dropMissing && { dropMissing }) };
}
