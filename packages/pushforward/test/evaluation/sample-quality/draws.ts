import type { NumberRows } from "../../../src/evaluation/index.ts";
import { hostRandom } from "../../../src/numerics/host-random.ts";

/** Standard normal rows, `shift` added to each number of the first column. */
export function normalRows(count: number, columns: number, seed: number, shift = 0): NumberRows {
  const random = hostRandom(seed);
  const data = Float64Array.from(
    { length: count * columns },
    (_, i) => random.normal() + (i % columns === 0 ? shift : 0),
  );
  return { data, shape: [count, columns] };
}

export function rowsOf(...rows: readonly (readonly number[])[]): NumberRows {
  return { data: rows.flat(), shape: [rows.length, rows[0]?.length ?? 1] };
}

/** The Kolmogorov distance of values to the uniform distribution on [0, 1]. */
export function distanceToUniform(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const { length } = sorted;
  return Math.max(
    ...sorted.map((value, i) => Math.max(value - i / length, (i + 1) / length - value)),
  );
}
