import type { Range } from "./range.ts";

export interface Bar {
  readonly from: number;
  readonly to: number;
  /** Share of all values in the bar, divided by its width. */
  readonly density: number;
}

/**
 * Edges of equal bins over a range, their width by the rule of Freedman and Diaconis (1981). The
 * rule is made for one hump and hides groups: so the values' own range gets no fewer bins than 1.25
 * times the root of their number (30 at most), no more than twice the root, and 5 to 60 in any case.
 * Where the values lie on a coarse grid, each bin takes the same number of grid points: else empty
 * and double bars alternate.
 */
export function binEdges(values: ArrayLike<number>, [low, high]: Range): Float64Array {
  const sorted = Float64Array.from(values)
    .filter((value) => value >= low && value <= high)
    .sort();
  const quartile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const rule = (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(Math.max(1, sorted.length));
  const length = high - low;
  const root = Math.sqrt(sorted.length);
  const fewest = Math.max(5, Math.min(30, 1.25 * root));
  const most = Math.max(fewest, Math.min(60, 2 * root));
  const spread = Math.max(length / 2, (sorted[sorted.length - 1] ?? high) - (sorted[0] ?? low));
  let width = Math.min(spread / fewest, Math.max(spread / most, rule));
  let start = low;
  const grid = gridStep(sorted, length);
  if (grid !== null && grid > width / 8) {
    width = grid * Math.max(1, Math.floor(width / grid));
    start = (sorted[0] ?? low) - grid / 2;
    start -= width * Math.max(0, Math.ceil((start - low) / width));
  }
  const count = Math.max(1, Math.ceil((high - start) / width - 1e-9));
  return Float64Array.from({ length: count + 1 }, (_, index) => start + index * width);
}

/**
 * The smallest distance between frequent values, where nearly all values are frequent: a stray value
 * between the grid points, or rounding, does not hide the grid.
 */
function gridStep(sorted: Float64Array, length: number): number | null {
  const least = Math.max(2, sorted.length / 1000);
  const frequent: number[] = [];
  let held = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const value = sorted[start] as number;
    while (end < sorted.length && (sorted[end] as number) - value <= 1e-6 * length) end++;
    if (end - start < least) continue;
    frequent.push(value);
    held += end - start;
  }
  if (frequent.length < 2 || held < 0.8 * sorted.length) return null;
  return Math.min(...frequent.slice(1).map((value, index) => value - (frequent[index] as number)));
}

/** Counts values into bins, as a density over all finite values, those outside included. */
export function histogram(values: ArrayLike<number>, edges: Float64Array): Bar[] {
  const counts = new Float64Array(edges.length - 1);
  const start = edges[0] as number;
  const width = ((edges[edges.length - 1] as number) - start) / counts.length;
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) continue;
    total++;
    // The last edge belongs to the last bin.
    const end = value === edges[edges.length - 1] ? 1 : 0;
    const bin = Math.floor((value - start) / width) - end;
    if (bin >= 0 && bin < counts.length) counts[bin] = (counts[bin] as number) + 1;
  }
  return Array.from(counts, (count, bin) => ({
    from: start + bin * width,
    to: start + (bin + 1) * width,
    density: total === 0 ? 0 : count / total / width,
  }));
}
