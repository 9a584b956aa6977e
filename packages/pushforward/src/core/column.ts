import { DataError } from "./errors.ts";

/** A column of a table: its name if it has one, and its values' grid if it was dequantised. */
export interface Column {
  readonly name?: string;
  /** Distance between neighbouring values, in data units; integers have 1. */
  readonly step?: number;
  /** A value on the grid; default 0. */
  readonly origin?: number;
  /** The grid's first and last value, where it has ends. */
  readonly range?: readonly [low: number, high: number];
}

/** The value of a column's grid that is nearest to `value`. */
export function snapToGrid({ step, origin = 0, range }: Column, value: number): number {
  if (step === undefined) return value;
  const nearest = origin + Math.round((value - origin) / step) * step;
  return range ? Math.min(Math.max(nearest, range[0]), range[1]) : nearest;
}

/** Share of a step by which a value may miss its grid: what rounding leaves. */
const OFF_GRID = 1e-3;

/** @throws DataError for a value that is not on its column's grid. */
export function checkOnGrid(
  who: string,
  { data, size }: { readonly data: ArrayLike<number>; readonly size: number },
  columns: readonly Column[],
): void {
  for (let i = 0; i < data.length; i++) {
    const column = columns[i % size] as Column;
    const { step } = column;
    const value = data[i] as number;
    if (step === undefined || Math.abs(snapToGrid(column, value) - value) <= OFF_GRID * step)
      continue;
    throw new DataError(
      `${who}: row ${Math.floor(i / size)}, column ${columnLabel(columns, i % size)}: ${value} is not on the grid ` +
        `of the column, steps of ${step}: it has a density, logProb, and no probability.`,
    );
  }
}

/** What to call a column in messages: its name in quotes, or its number counted from 0. */
export function columnLabel(columns: readonly Column[], index: number): string {
  const name = columns[index]?.name;
  return name === undefined ? `${index}` : JSON.stringify(name);
}
