/** What is shown of the line, and learned pictures are tabulated on. */
export const shownLine = [-4, 4] as const;

/** The places that an end of the interval can take; every one of them is in the {@link grid}. */
export const INTERVAL_STEP = 0.05;

const CELLS = 640;

/** Evenly spaced over {@link shownLine}, both ends included. */
export const grid: Float32Array = Float32Array.from(
  { length: CELLS + 1 },
  (_, i) => shownLine[0] + (i * (shownLine[1] - shownLine[0])) / CELLS,
);

const step = (shownLine[1] - shownLine[0]) / CELLS;

/** A function that is tabulated on the {@link grid}, at x: linear between its values. */
export function valueAt(values: ArrayLike<number>, x: number): number {
  const place = Math.max(0, Math.min(CELLS, (x - shownLine[0]) / step));
  const cell = Math.min(CELLS - 1, Math.floor(place));
  const share = place - cell;
  if (share === 0) return values[cell] as number;
  return (1 - share) * (values[cell] as number) + share * (values[cell + 1] as number);
}

/** The points of a tabulated function from a to b, both ends included. */
export function pointsBetween(values: ArrayLike<number>, a: number, b: number): [number, number][] {
  const points: [number, number][] = [[a, valueAt(values, a)]];
  for (let i = 0; i <= CELLS; i++) {
    const x = grid[i] as number;
    if (x > a && x < b) points.push([x, values[i] as number]);
  }
  points.push([b, valueAt(values, b)]);
  return points;
}

/** Integral of a tabulated function from a to b, by the trapezoidal rule. */
export function integralOf(values: ArrayLike<number>, a: number, b: number): number {
  const points = pointsBetween(values, a, b);
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i] as [number, number];
    const [before, yBefore] = points[i - 1] as [number, number];
    sum += ((y + yBefore) / 2) * (x - before);
  }
  return sum;
}

/** The place in the line's {@link grid} that ends of the interval keep to. */
export const snap = (x: number): number =>
  Math.round(Math.max(shownLine[0], Math.min(shownLine[1], x)) / INTERVAL_STEP) * INTERVAL_STEP;

/** Bars of equal width whose areas are shares of the draws: a density. */
export interface Histogram {
  readonly bars: readonly { readonly from: number; readonly to: number; readonly height: number }[];
}

export function histogramOf(draws: ArrayLike<number>, count = draws.length, bins = 40): Histogram {
  const width = (shownLine[1] - shownLine[0]) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < count; i++) {
    const bin = Math.floor(((draws[i] as number) - shownLine[0]) / width);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] as number) + 1;
  }
  return {
    bars: counts.map((each, bin) => ({
      from: shownLine[0] + bin * width,
      to: shownLine[0] + (bin + 1) * width,
      height: count > 0 ? each / (count * width) : 0,
    })),
  };
}
