import { DataError } from "pushforward";
import type { EncodedTable } from "pushforward/tables";
import { shuffled } from "./shuffled.ts";
import { counted } from "./wording.ts";

/** Row-major numbers with their shape. */
export interface RowBlock {
  data: Float64Array;
  shape: [number, number];
}

/** Rows of a table as numbers. */
export interface Part extends RowBlock {
  /** Where columns are given. */
  context: RowBlock | undefined;
  /** Places of the rows in the table. */
  rows: Uint32Array;
}

export interface Split {
  train: Part;
  validation: Part;
  /** Empty if no rows are held out. */
  test: Part;
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
export function splitRows(
  source: string,
  encoded: EncodedTable,
  testShare: number,
  seed: number,
): Split {
  const [rows, width] = encoded.shape;
  const order = shuffled(rows, seed);
  const test = Math.round(testShare * rows);
  const rest = rows - test;
  const validation = Math.max(1, Math.round(defaultShare(rows) * rest));
  if (rest - validation <= width) {
    throw new DataError(
      `${source}: ${counted(rows, "row")} leave ${rest - validation} for training, too ` +
        `few for ${counted(width, "column")}; add rows, name fewer columns with ` +
        "--columns a,b, or hold out less with --test",
    );
  }
  return {
    test: partOf(encoded, order.subarray(0, test)),
    validation: partOf(encoded, order.subarray(test, test + validation)),
    train: partOf(encoded, order.subarray(test + validation)),
  };
}

/** Some rows of an encoded table. */
export function partOf(encoded: EncodedTable, rows: Uint32Array): Part {
  const { context } = encoded;
  return { ...block(encoded, rows), context: context && block(context, rows), rows };
}

function block({ data, shape: [, width] }: RowBlock, rows: Uint32Array): RowBlock {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, place) => {
    taken.set(data.subarray(row * width, (row + 1) * width), place * width);
  });
  return { data: taken, shape: [rows.length, width] };
}
