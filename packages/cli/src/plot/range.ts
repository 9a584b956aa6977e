/** An interval `[low, high]` of finite numbers. */
export type Range = readonly [low: number, high: number];

/** Smallest and largest finite value; `[0, 1]` where there is none. */
export function extent(values: Iterable<number>): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

/**
 * The range widened on both sides by a share of its length. A range too short to be drawn, as of
 * identical values, becomes one of visible length around its middle.
 */
export function padded([low, high]: Range, share: number): Range {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const length = high - low;
  if (length > 1e-9 * size) return [low - share * length, high + share * length];
  const half = size === 0 ? 0.5 : size / 20;
  return [low - half, high + half];
}

/**
 * A range that outliers do not stretch: that of all values no further from the middle nine tenths
 * than twice their length. Of fewer than 20 values none is called an outlier.
 */
export function robustRange(values: ArrayLike<number>): Range {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const last = sorted.length - 1;
  const low = sorted[Math.ceil(0.05 * last)] ?? 0;
  const high = sorted[Math.floor(0.95 * last)] ?? 0;
  const reach = 2 * (high - low);
  if (last < 19 || reach <= 0) return extent(sorted);
  return extent(sorted.filter((value) => value >= low - reach && value <= high + reach));
}

/** Whether a value lies in a range, ends included. NaN does not. */
export function within(value: number, [low, high]: Range): boolean {
  return value >= low && value <= high;
}

/**
 * The value, or the nearest one that lies a range's length outside the range. What is far out is
 * cut anyway, and the PNG renderer cannot bear coordinates of millions of pixels. NaN stays.
 */
export function nearby(value: number, [low, high]: Range): number {
  const length = high - low;
  return Math.min(high + length, Math.max(low - length, value));
}
