import { DataError } from "pushforward";
import type { Table } from "./read-table.ts";
import { shuffled } from "./shuffled.ts";
import { counted } from "./wording.ts";

/** Rows of a table for the library: row-major values with their shape. */
export interface RowBlock {
  data: Float64Array;
  shape: [number, number];
}

export interface Split {
  train: RowBlock;
  validation: RowBlock;
  /** Empty if no rows are held out. */
  test: RowBlock;
}

/** Below this many rows a tenth is too few to judge by, and a fifth is held out. */
const SMALL = 500;

/** The share of a table that is held out if none is asked for. */
export function defaultShare(rows: number): number {
  return rows < SMALL ? 0.2 : 0.1;
}

/**
 * Deals rows at random into training, validation and test; the same seed deals the same.
 *
 * @throws DataError when no more rows than columns are left for training.
 */
export function splitRows(table: Table, testShare: number, seed: number): Split {
  const order = shuffled(table.rows, seed);
  const test = Math.round(testShare * table.rows);
  const rest = table.rows - test;
  const validation = Math.max(1, Math.round(defaultShare(table.rows) * rest));
  if (rest - validation <= table.names.length) {
    throw new DataError(
      `${table.source}: ${counted(table.rows, "row")} leave ${rest - validation} for training, too ` +
        `few for ${counted(table.names.length, "column")}; add rows, name fewer columns with ` +
        "--columns a,b, or hold out less with --test",
    );
  }
  return {
    test: block(table, order.subarray(0, test)),
    validation: block(table, order.subarray(test, test + validation)),
    train: block(table, order.subarray(test + validation)),
  };
}

/** All rows of a table. */
export function allRows({ values, rows, names }: Table): RowBlock {
  return { data: values, shape: [rows, names.length] };
}

function block({ values, names }: Table, rows: Uint32Array): RowBlock {
  const width = names.length;
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, place) => {
    data.set(values.subarray(row * width, (row + 1) * width), place * width);
  });
  return { data, shape: [rows.length, width] };
}
