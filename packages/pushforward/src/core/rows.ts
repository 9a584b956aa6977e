import { type Column, columnLabel } from "./column.ts";
import { DataError, ShapeError } from "./errors.ts";
import { isImage, type Shape, sameShape, showShape, sizeOf } from "./shape.ts";

/**
 * Events as a user of the facade gives them: a list of rows, a flat row-major list of numbers
 * (typed or not), or flat data with its shape `[rows, ...event]`. For scalar and one-dimensional
 * events a plain list of numbers is a list of rows.
 */
export type Rows =
  | ArrayLike<ArrayLike<number>>
  | ArrayLike<number>
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

/** Rows on the host, row-major: `count` events of `size` numbers; of images, which are many numbers, in bytes. */
export interface HostRows {
  readonly data: Float64Array | Uint8Array;
  readonly count: number;
  readonly size: number;
}

/** float32 holds up to 3e38; a margin is left for sums and squares along the way. */
const LARGEST = 1e30;

/**
 * Read rows of the given event shape.
 *
 * @param who names the caller in messages, `columns` the columns at fault.
 * @param chosen indices of the rows to read, in that order; default: all.
 * @throws ShapeError when the numbers do not fill whole events; DataError when a value is missing,
 * not a number, not finite, or beyond 1e30.
 */
export function toHostRows(
  who: string,
  rows: Rows,
  shape: Shape,
  columns: readonly Column[] = [],
  chosen?: ArrayLike<number>,
): HostRows {
  const table = open(who, rows, shape);
  const { size } = table;
  const count = chosen?.length ?? table.count;
  const data = new Float64Array(count * size);
  if (table.flat && !chosen) {
    copyNumbers(table.cells, 0, data, 0, data.length);
  } else {
    for (let i = 0; i < count; i++) {
      const [cells, from] = rowAt(who, table, shape, chosen?.[i] ?? i);
      copyNumbers(cells, from, data, i * size, size);
    }
  }
  const bad = firstBad(data);
  if (bad < 0) return { data, count, size };
  const place = Math.floor(bad / size);
  const row = chosen?.[place] ?? place;
  const [cells, from] = rowAt(who, table, shape, row);
  const column = columnLabel(columns, bad % size);
  throw new DataError(`${who}: row ${row}, column ${column}: ${fault(cells[from + (bad % size)])}`);
}

/**
 * As {@link toHostRows}; rows given as one list of bytes stay bytes.
 *
 * @throws ShapeError, DataError as {@link toHostRows}.
 */
export function toImageRows(who: string, rows: Rows, shape: Shape): HostRows {
  const table = open(who, rows, shape);
  const { cells, count, size } = table;
  if (!(table.flat && cells instanceof Uint8Array)) return toHostRows(who, rows, shape);
  return { data: cells.slice(), count, size };
}

/** The numbers of rows in double precision. */
export function asDoubles({ data }: HostRows): Float64Array {
  return data instanceof Float64Array ? data : Float64Array.from(data);
}

/**
 * How many rows of the given event shape there are; their values are not looked at.
 *
 * @throws ShapeError, DataError when they are no rows of that shape.
 */
export function countRows(who: string, rows: Rows, shape: Shape): number {
  return open(who, rows, shape).count;
}

/** One column of row-major rows. */
export function columnOf({ data, count, size }: HostRows, column: number): Float64Array {
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) values[row] = data[row * size + column] as number;
  return values;
}

/** Rows in either form, as they were given: their cells may turn out to be anything. */
type Table = { readonly count: number; readonly size: number } & (
  | { readonly flat: true; readonly cells: ArrayLike<unknown> }
  | { readonly flat: false; readonly cells: ArrayLike<ArrayLike<unknown>> }
);

function open(who: string, rows: Rows, shape: Shape): Table {
  const size = sizeOf(shape);
  if (typeof rows !== "object" || rows === null || !("data" in rows || "length" in rows)) {
    throw new DataError(
      `${who}: got ${rows === null ? "null" : typeof rows}, expected rows: a list of lists of numbers, ` +
        "or { data, shape }.",
    );
  }
  if ("data" in rows) {
    const { data, shape: given } = rows;
    if (
      !Array.isArray(given) ||
      sizeOf(given.slice(1)) !== size ||
      sizeOf(given) !== data?.length
    ) {
      throw new ShapeError(
        `${who}: got data of ${Array.isArray(given) ? `shape ${showShape(given)}` : "no shape"} ` +
          `with ${data?.length ?? "no"} numbers, expected [rows, ${shape.join(", ")}].`,
      );
    }
    if (isImage(shape) && given.length === 4 && !sameShape(given.slice(1), shape)) {
      throw new ShapeError(
        `${who}: got images of shape ${showShape(given.slice(1))}, expected ${showShape(shape)}: channels come ` +
          "first, then rows from top to bottom. Reorder numbers that have the channels of each pixel together.",
      );
    }
    return { flat: true, cells: data, count: given[0] as number, size };
  }
  const first = rows[0];
  if (typeof first === "object" && first !== null) {
    return { flat: false, cells: rows as ArrayLike<ArrayLike<number>>, count: rows.length, size };
  }
  if (rows.length % size !== 0) {
    throw new ShapeError(
      `${who}: got ${rows.length} numbers, expected whole events of shape ${showShape(shape)}, ` +
        `${size} numbers each.`,
    );
  }
  return { flat: true, cells: rows, count: rows.length / size, size };
}

/** The list that holds a row, and where in it the row begins. */
function rowAt(
  who: string,
  table: Table,
  shape: Shape,
  row: number,
): [cells: ArrayLike<unknown>, from: number] {
  const { size } = table;
  if (table.flat) return [table.cells, row * size];
  const event = table.cells[row];
  if (event?.length === size) return [event, 0];
  throw new ShapeError(
    `${who}: row ${row} has ${event?.length ?? "no"} numbers, expected ${size} (event shape ` +
      `${showShape(shape)}). Nested lists hold one flat list per row.`,
  );
}

/** Copy cells; whatever is not a number (missing, text, a date) becomes NaN, never 0. */
function copyNumbers(
  cells: ArrayLike<unknown>,
  from: number,
  data: Float64Array,
  to: number,
  length: number,
): void {
  if (
    cells instanceof Float64Array ||
    cells instanceof Float32Array ||
    cells instanceof Uint8Array
  ) {
    data.set(length === cells.length ? cells : cells.subarray(from, from + length), to);
    return;
  }
  for (let i = 0; i < length; i++) {
    const cell = cells[from + i];
    data[to + i] = typeof cell === "number" ? cell : Number.NaN;
  }
}

/** The index of the first value that cannot be used, or -1. */
function firstBad(data: Float64Array): number {
  for (let i = 0; i < data.length; i++) {
    if (!(Math.abs(data[i] as number) <= LARGEST)) return i;
  }
  return -1;
}

/** What is wrong with a cell, and the way out. */
function fault(cell: unknown): string {
  if (Number.isFinite(cell)) {
    return `${cell} is beyond ±${LARGEST}, which 32-bit floats cannot work with. Rescale the column.`;
  }
  const shown = typeof cell === "string" ? JSON.stringify(cell) : String(cell);
  return `${shown} is not a finite number. Drop such rows, or fill in their missing values first.`;
}
