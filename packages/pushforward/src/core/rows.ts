import { type Column, columnLabel } from "./column.ts";
import { DataError, ShapeError } from "./errors.ts";
import { type Shape, showShape, sizeOf } from "./shape.ts";

/**
 * Events as a user of the facade gives them: a list of rows, a flat row-major list of numbers
 * (typed or not), or flat data with its shape `[rows, ...event]`. For scalar and one-dimensional
 * events a plain list of numbers is a list of rows.
 */
export type Rows =
  | ArrayLike<ArrayLike<number>>
  | ArrayLike<number>
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

/** Rows on the host, row-major: `count` events of `size` numbers. */
export interface HostRows {
  readonly data: Float64Array;
  readonly count: number;
  readonly size: number;
}

/** float32 holds up to 3e38; a margin is left for sums and squares along the way. */
const LARGEST = 1e30;

/**
 * Read rows of the given event shape.
 *
 * @param who names the caller in messages, `columns` the columns at fault.
 * @throws ShapeError when the numbers do not fill whole events; DataError when a value is missing,
 * not a number, not finite, or beyond 1e30.
 */
export function toHostRows(
  who: string,
  rows: Rows,
  shape: Shape,
  columns: readonly Column[] = [],
): HostRows {
  const size = sizeOf(shape);
  const data = flatten(who, rows, shape, size);
  if (data.length % size !== 0) {
    throw new ShapeError(
      `${who}: got ${data.length} numbers, expected whole events of shape ${showShape(shape)}, ` +
        `${size} numbers each.`,
    );
  }
  checkValues(who, data, size, columns);
  return { data, count: data.length / size, size };
}

/** One column of row-major rows. */
export function columnOf({ data, count, size }: HostRows, column: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => data[row * size + column] as number);
}

function flatten(who: string, rows: Rows, shape: Shape, size: number): Float64Array {
  if (typeof rows !== "object" || rows === null) {
    throw new DataError(
      `${who}: got ${rows === null ? "null" : typeof rows}, expected rows: a list of lists of numbers, ` +
        "or { data, shape }.",
    );
  }
  if ("data" in rows) {
    const event = rows.shape.slice(1);
    if (sizeOf(event) !== size || sizeOf(rows.shape) !== rows.data.length) {
      throw new ShapeError(
        `${who}: got data of shape ${showShape(rows.shape)} with ${rows.data.length} numbers, ` +
          `expected [rows, ${shape.join(", ")}].`,
      );
    }
    return copyNumbers(rows.data);
  }
  const first = rows[0];
  if (typeof first !== "object" || first === null) return copyNumbers(rows as ArrayLike<number>);
  return flattenNested(who, rows as ArrayLike<ArrayLike<number>>, shape, size);
}

/** A copy in which whatever is not a number (missing, text, a date) has become NaN, never 0. */
function copyNumbers(values: ArrayLike<unknown>): Float64Array {
  return Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN));
}

function flattenNested(
  who: string,
  rows: ArrayLike<ArrayLike<number>>,
  shape: Shape,
  size: number,
): Float64Array {
  const data = new Float64Array(rows.length * size);
  for (let row = 0; row < rows.length; row++) {
    const event = rows[row];
    if (event?.length !== size) {
      throw new ShapeError(
        `${who}: row ${row} has ${event?.length ?? "no"} numbers, expected ${size} (event shape ` +
          `${showShape(shape)}). Nested lists hold one flat list per row.`,
      );
    }
    data.set(copyNumbers(event), row * size);
  }
  return data;
}

function checkValues(
  who: string,
  data: Float64Array,
  size: number,
  columns: readonly Column[],
): void {
  const bad = data.findIndex((value) => !(Math.abs(value) <= LARGEST));
  if (bad < 0) return;
  const column = columnLabel(columns, bad % size);
  const value = data[bad] as number;
  const wayOut = Number.isFinite(value)
    ? `beyond ±${LARGEST}, which 32-bit floats cannot work with. Rescale the column.`
    : "not a finite number. Drop such rows, or fill in their missing values first.";
  throw new DataError(
    `${who}: row ${Math.floor(bad / size)}, column ${column}: ${value} is ${wayOut}`,
  );
}
