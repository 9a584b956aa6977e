import { sizeOf } from "../../core/shape.ts";
import { describeRow, holdTo, largestOf, relativeDifference, show } from "../measurement.ts";
import type { LogDensity } from "./log-density.ts";

/** Share of correct samplers that the tests against the density would reject. */
const ERROR_RATE = 1e-4;

/** Samples come with the log-probabilities that the density gives them, within `limit`. */
export async function checkSampleLogProbs(
  label: string,
  { evaluate, draws, samples, logProbs, shape, describe }: LogDensity,
  limit: number,
): Promise<void> {
  const expected = await evaluate(samples, draws);
  const error = largestOf(draws, (row) => relativeDifference(expected[row], logProbs[row], 1));
  holdTo(
    `${label}: relative difference of a sample's log-probability from the density's`,
    limit,
    error,
    (row) => `${describeRow(row, samples, sizeOf(shape), null, 0)}${describe}`,
  );
}

/**
 * Scalar samples follow the density: the Kolmogorov-Smirnov distance between their empirical
 * distribution and the density's integral stays below the value that 1 in 10,000 correct samplers
 * exceed, `sqrt(log(2 / 1e-4) / (2 n))`.
 */
export async function checkScalarSamples(label: string, density: LogDensity): Promise<void> {
  const { draws } = density;
  const sorted = density.samples.slice().sort();
  const cdf = await distributionFunction(density, sorted);
  const distance = largestOf(draws, (rank) => {
    const value = cdf(sorted[rank]);
    return Math.max(value - rank / draws, (rank + 1) / draws - value);
  });
  const limit = Math.sqrt(Math.log(2 / ERROR_RATE) / (2 * draws));
  holdTo(
    `${label}: Kolmogorov-Smirnov distance of ${draws} samples from the density`,
    limit,
    distance,
    (rank) => `x = ${show(sorted[rank])}${density.describe}`,
  );
}

/** Intervals of the grid that a density is integrated on. */
const GRID = 16_384;
/** The grid reaches this many times the samples' range beyond it, to both sides. */
const MARGIN = 2;

/** The integral of a density up to a point, by the trapezoidal rule. */
async function distributionFunction(
  { evaluate, draws }: LogDensity,
  sorted: Float32Array,
): Promise<(x: number) => number> {
  const [first, last] = [sorted[0], sorted[draws - 1]];
  const low = first - MARGIN * (last - first);
  const step = ((1 + 2 * MARGIN) * (last - first)) / GRID;
  const points = Float32Array.from({ length: GRID + 1 }, (_, i) => low + i * step);
  const logDensity = await evaluate(points, points.length);
  const upTo = new Float64Array(GRID + 1);
  for (let i = 1; i <= GRID; i++) {
    upTo[i] = upTo[i - 1] + (step * (Math.exp(logDensity[i - 1]) + Math.exp(logDensity[i]))) / 2;
  }
  return (x) => {
    const at = (x - low) / step;
    const index = Math.min(GRID - 1, Math.max(0, Math.floor(at)));
    return upTo[index] + (at - index) * (upTo[index + 1] - upTo[index]);
  };
}

/** Cells along each axis of the plane, and points of the midpoint rule along each cell's. */
const CELLS = 6;
const POINTS = 48;

/**
 * Samples in the plane follow the density: the chi-square statistic of their counts in 36 cells and
 * the rest of the plane stays below the value that about 1 in 10,000 correct samplers exceed
 * (Wilson and Hilferty 1931).
 */
export async function checkPlaneSamples(label: string, density: LogDensity): Promise<void> {
  const { samples, draws } = density;
  const axes = [0, 1].map((d) => {
    const sorted = samples.filter((_, i) => i % 2 === d).sort();
    const low = sorted[Math.floor(0.005 * draws)];
    return { low, width: (sorted[Math.floor(0.995 * draws)] - low) / CELLS };
  });
  const expected = await cellMasses(density, axes);
  const counts = new Array<number>(CELLS * CELLS + 1).fill(0);
  for (let row = 0; row < draws; row++) {
    const [i, j] = axes.map(({ low, width }, d) =>
      Math.floor((samples[2 * row + d] - low) / width),
    ) as [number, number];
    const isInside = i >= 0 && i < CELLS && j >= 0 && j < CELLS;
    counts[isInside ? i * CELLS + j : CELLS * CELLS]++;
  }
  const { statistic, freedom } = chiSquare(counts, expected, draws);
  const spread = 2 / (9 * freedom);
  const limit = freedom * (1 - spread + NORMAL_QUANTILE * Math.sqrt(spread)) ** 3;
  holdTo(
    `${label}: chi-square of ${draws} samples against the density, ${freedom} degrees of freedom`,
    limit,
    { value: statistic, index: 0 },
    () => `the box from [${axes.map(({ low }) => show(low)).join(", ")}]${density.describe}`,
  );
}

/** Exceeded by a standard normal with probability {@link ERROR_RATE}. */
const NORMAL_QUANTILE = 3.719;

/** The density's mass in each cell, and at the end in the rest of the plane. */
async function cellMasses(
  { evaluate }: LogDensity,
  axes: readonly { low: number; width: number }[],
): Promise<number[]> {
  const along = CELLS * POINTS;
  const points = new Float32Array(along * along * 2);
  for (let i = 0; i < along * along; i++) {
    const position = [Math.floor(i / along), i % along];
    axes.forEach(({ low, width }, d) => {
      points[2 * i + d] = low + ((position[d] + 0.5) * width) / POINTS;
    });
  }
  const logDensity = await evaluate(points, along * along);
  const area = (axes[0].width * axes[1].width) / POINTS ** 2;
  const masses = new Array<number>(CELLS * CELLS + 1).fill(0);
  logDensity.forEach((value, i) => {
    const cell = Math.floor(i / along / POINTS) * CELLS + Math.floor((i % along) / POINTS);
    masses[cell] += area * Math.exp(value);
  });
  masses[CELLS * CELLS] = Math.max(0, 1 - masses.reduce((sum, mass) => sum + mass, 0));
  return masses;
}

/** Cells that expect fewer than five samples are taken together. */
function chiSquare(counts: readonly number[], masses: readonly number[], draws: number) {
  const pooled = { expected: 0, count: 0 };
  const terms: number[] = [];
  const add = (expected: number, count: number) => terms.push((count - expected) ** 2 / expected);
  masses.forEach((mass, cell) => {
    const expected = draws * mass;
    if (expected >= 5) {
      add(expected, counts[cell]);
    } else {
      pooled.expected += expected;
      pooled.count += counts[cell];
    }
  });
  // An empty pool still forbids samples where there is no mass.
  if (pooled.expected + pooled.count > 0) add(Math.max(pooled.expected, 1), pooled.count);
  return {
    statistic: terms.reduce((sum, term) => sum + term, 0),
    freedom: Math.max(1, terms.length - 1),
  };
}

/** The same key gives the same draws as before, to the bit; another key gives others. */
export async function checkKeys(
  label: string,
  first: LogDensity,
  again: LogDensity,
  other: LogDensity,
): Promise<void> {
  const changed = first.samples.findIndex((value, i) => !Object.is(value, again.samples[i]));
  if (changed >= 0) {
    throw new Error(
      `${label}: number ${changed} of the draws is ${first.samples[changed]} and then ` +
        `${again.samples[changed]} with the same key, limit: no difference.`,
    );
  }
  const same = first.samples.filter((value, i) => value === other.samples[i]).length;
  if (same > 0.01 * first.samples.length) {
    throw new Error(
      `${label}: ${same} of ${first.samples.length} numbers are the same with another key, limit: 1 %.`,
    );
  }
}
