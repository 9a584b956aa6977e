import { columnOf, type HostRows } from "../../core/rows.ts";

/** Distance of the quartiles of a standard normal distribution. */
const NORMAL_QUARTILES = 1.349;

/**
 * Puts columns on one scale, that of `reference`: `asinh((x - median) / scale)` with the scale of the quartiles,
 * which outliers do not move. Near the middle that is the identity, in the tails a logarithm: a heavy tail does
 * not hide the rest, and as the map is invertible, rows that differ still do.
 *
 * Where half of the values or more are equal, the scale is the root mean square distance of the others from the
 * median; of a constant column it is 1.
 */
export function robustScaling(reference: HostRows): (rows: HostRows) => HostRows {
  const scales = Array.from({ length: reference.size }, (_, column) =>
    robustScale(columnOf(reference, column).sort()),
  );
  return ({ data, count, size }) => {
    const scaled = new Float64Array(count * size);
    for (let i = 0; i < scaled.length; i++) {
      const { middle, scale } = scales[i % size];
      scaled[i] = Math.asinh((data[i] - middle) / scale);
    }
    return { data: scaled, count, size };
  };
}

function robustScale(sorted: Float64Array): { middle: number; scale: number } {
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  const middle = quantile(0.5);
  const quartiles = (quantile(0.75) - quantile(0.25)) / NORMAL_QUARTILES;
  if (quartiles > 0) return { middle, scale: quartiles };
  const others = sorted.filter((value) => value !== middle);
  const square = others.reduce((sum, value) => sum + (value - middle) ** 2 / others.length, 0);
  return { middle, scale: Math.sqrt(square) || 1 };
}
