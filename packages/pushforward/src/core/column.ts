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

/** What to call a column in messages: its name in quotes, or its number counted from 0. */
export function columnLabel(columns: readonly Column[], index: number): string {
  const name = columns[index]?.name;
  return name === undefined ? `${index}` : JSON.stringify(name);
}
