import { ConditionError, DataError, load, type Model } from "pushforward";
import type { ColumnChoice } from "../table/choose-columns.ts";
import { readTable, type Table } from "../table/read-table.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import type { EngineOptions } from "./engine-options.ts";

/** Options of every command that reads a table. */
export interface TableOptions extends EngineOptions {
  columns?: string[];
  exclude?: string[];
  dropMissing?: boolean;
}

export interface ModelTable {
  table: Table;
  /** The rows in the model's shape. */
  rows: { data: Float64Array; shape: number[] };
}

/** Loads a model that needs nothing but rows, to run on the engine asked for. */
export async function loadModel(
  path: string,
  { engine }: EngineOptions,
  console: Console,
): Promise<Model> {
  const model = await load(path, { engine, onNotice: console.note });
  if (!model.condShape) return model;
  throw new ConditionError(
    `${path}: is a conditional density, and a command cannot give it a context; use it from code: ` +
      "load(path), then model.logProb(rows, { context })",
  );
}

/** The names of a model's columns; numbered where it has none. */
export function columnNames({ columns }: Model): string[] {
  return columns.map(({ name }, column) => name ?? `column${column}`);
}

/** Reads the columns of a table that a model needs: by name, or in order if it knows no names. */
export async function readModelTable(
  model: Model,
  path: string,
  options: TableOptions,
): Promise<ModelTable> {
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
