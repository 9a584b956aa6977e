import { type Column, columnLabel } from "../core/column.ts";
import { DataError } from "../core/errors.ts";
import { columnOf, type HostRows } from "../core/rows.ts";
import { fingerprint } from "./fingerprint.ts";

/** float32 resolves 2^-23 of a value: a spread of this share of it has some thousand levels. */
const LEAST_RELATIVE_SPREAD = 2 ** -12;

/** Below this the reciprocal of a scale comes near the largest float32. */
const LEAST_SPREAD = 1e-30;

/**
 * Refuse a table that no density can be fitted to; `fit` does so with its rows.
 *
 * @param options.ofTable whether a table's schema made the numbers; default false. What it made of a category or a gap
 * is spread over its cells, and may be constant where the rows are a part of the table, or repeat another one.
 * @throws DataError, with the name of the column at fault if there is one: for one row, fewer rows
 * than columns, a constant column, one that repeats another, one whose spread drowns in its offset.
 */
export function checkTable(
  rows: HostRows,
  columns: readonly Column[],
  { ofTable = false }: { ofTable?: boolean } = {},
): void {
  const { count, size } = rows;
  if (count < 2) {
    throw new DataError(`fit: got ${count} ${count === 1 ? "row" : "rows"}; a density needs many.`);
  }
  if (count <= size) {
    throw new DataError(
      `fit: got ${count} rows of ${size} columns; give more rows than columns, or fewer columns.`,
    );
  }
  const seen = new Map<number, number[]>();
  for (let column = 0; column < size; column++) {
    const values = columnOf(rows, column);
    const isSpread = ofTable && columns[column]?.step !== undefined;
    if (!isSpread) checkSpread(values, columns, column);
    if (ofTable) continue;
    const hash = fingerprint([values]);
    const twin = seen.get(hash)?.find((other) => isSame(columnOf(rows, other), values));
    if (twin !== undefined) {
      throw new DataError(
        `fit: column ${columnLabel(columns, column)} repeats column ${columnLabel(columns, twin)} ` +
          "in every row; leave one of them out.",
        faultOf(columns, column),
      );
    }
    seen.set(hash, [...(seen.get(hash) ?? []), column]);
  }
}

/**
 * Refuse images that no density can be fitted to: pixels may be constant, and alike.
 *
 * @throws DataError for fewer than 2.
 */
export function checkImages({ count }: HostRows): void {
  if (count >= 2) return;
  throw new DataError(
    `fit: got ${count} ${count === 1 ? "image" : "images"}; a density needs many.`,
  );
}

function faultOf(columns: readonly Column[], column: number): { column?: string } {
  const name = columns[column]?.name;
  return name === undefined ? {} : { column: name };
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, row) => value === b[row]);
}

/**
 * Refuse a split that leaves a column constant in training; on a grid it still has its cell.
 *
 * @throws DataError.
 */
export function checkTrainingPart(rows: HostRows, columns: readonly Column[]): void {
  for (let column = 0; column < rows.size; column++) {
    const values = columnOf(rows, column);
    const varies = values.some((value) => value !== values[0]);
    if (varies || columns[column]?.step !== undefined) continue;
    throw new DataError(
      `fit: column ${columnLabel(columns, column)} is constant (always ${values[0]}) but for the ` +
        "rows held out for validation; leave it out, or pass validation rows of your own.",
    );
  }
}

function checkSpread(values: Float64Array, columns: readonly Column[], column: number): void {
  const name = columnLabel(columns, column);
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) {
    throw new DataError(
      `fit: column ${name} is constant (always ${low}), it has no density; leave it out.`,
      faultOf(columns, column),
    );
  }
  if (high - low < LEAST_SPREAD) {
    throw new DataError(
      `fit: column ${name} varies by only ${high - low}, too little for 32-bit floats; rescale it.`,
      faultOf(columns, column),
    );
  }
  if (high - low < LEAST_RELATIVE_SPREAD * Math.max(Math.abs(low), Math.abs(high))) {
    throw new DataError(
      `fit: column ${name} varies by only ${high - low} around ${low}, which 32-bit floats cannot ` +
        "resolve; subtract an offset from it first.",
      faultOf(columns, column),
    );
  }
}
