import type { Column } from "../core/column.ts";
import type { HostRows } from "../core/rows.ts";
import type { HostRandom } from "../numerics/host-random.ts";

/** Finest decimal grid that is looked for. */
const MOST_DECIMALS = 6;

/** Share of a value that float32 resolves; a finer grid cannot be seen, nor noise within its cells. */
const RESOLUTION = 2 ** -22;

/** The grid of a column, or `null` for one that is continuous. */
export interface Grid {
  step: number;
  origin: number;
}

/**
 * Find the grid that the values of a column lie on: integers, multiples of 0.05, tens from 5 up.
 *
 * Looked for only where values repeat: a continuous density can be driven to infinity on repeated
 * values, hence they are spread over their cell while training (uniform dequantisation, Theis et
 * al. 2016, arXiv:1511.01844, section 3.1). `null` where nothing repeats or no decimal grid fits.
 */
export function findGrid(values: ArrayLike<number>): Grid | null {
  const sorted = Float64Array.from(values).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length === sorted.length || distinct.length < 2) return null;
  const largest = Math.max(-(distinct[0] as number), distinct.at(-1) as number);
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    const scale = 10 ** decimals;
    if (!distinct.every((value) => isWhole(value * scale))) continue;
    const origin = Math.round((distinct[0] as number) * scale);
    const offsets = distinct.map((value) => Math.round(value * scale) - origin);
    const step = offsets.reduce(greatestCommonDivisor, 0);
    if (step / scale < RESOLUTION * largest) return null;
    return { step: step / scale, origin: origin / scale };
  }
  return null;
}

function isWhole(value: number): boolean {
  // What rounding leaves of a decimal fraction, and never a fraction that was meant.
  const tolerance = Math.min(1e-9 + 2 ** -51 * Math.abs(value), 0.01);
  return Math.abs(value) < 2 ** 50 && Math.abs(value - Math.round(value)) <= tolerance;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/**
 * Spread each value of the columns on a grid evenly over its cell, `value ± step / 2`.
 *
 * @returns a copy; the rows themselves where no column lies on a grid.
 */
export function dequantize(
  rows: HostRows,
  columns: readonly Pick<Column, "step">[],
  random: HostRandom,
): HostRows {
  if (!columns.some(({ step }) => step !== undefined)) return rows;
  const { size } = rows;
  const data = Float64Array.from(rows.data);
  const [first] = columns;
  if (first?.step !== undefined && columns.every((column) => column === first)) {
    // Pixels: row by row, so that what an image gets does not depend on how many there are.
    for (let i = 0; i < data.length; i++) data[i] += (random.uniform() - 0.5) * first.step;
    return { ...rows, data };
  }
  columns.forEach(({ step }, column) => {
    if (step === undefined) return;
    for (let i = column; i < data.length; i += size) data[i] += (random.uniform() - 0.5) * step;
  });
  return { ...rows, data };
}
