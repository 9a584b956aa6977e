import { columnOf } from "../../core/rows.ts";
import { criticalDistance, kolmogorovTail, stephensFactor } from "./kolmogorov.ts";
import { type DataAndSamples, readNumberRows } from "./number-rows.ts";

/** How far apart data and samples are in one column. */
export interface MarginalDistance {
  /** Kolmogorov-Smirnov distance, `max_x |F_data(x) - F_samples(x)|`, 0 to 1. */
  readonly distance: number;
  readonly pValue: number;
}

/** How far apart data and samples are, column by column. */
export interface MarginalDistances {
  readonly columns: readonly MarginalDistance[];
  /** Of the largest distance. */
  readonly worstColumn: number;
  readonly largest: number;
  /** Of the largest distance among so many: the smallest p-value times their number (Bonferroni), 1 at most. */
  readonly pValue: number;
  /** Distance that one column of a perfect model exceeds with probability 5 %. */
  readonly criticalDistance: number;
}

/**
 * The Kolmogorov-Smirnov distance of data and samples in each column, `max_x |F(x) - G(x)|` of the empirical
 * distribution functions, which is exact where values are tied. A threshold on the column alone tells samples from
 * data in `(1 + distance) / 2` of all cases, at best.
 *
 * p-values: Kolmogorov's limit with Stephens' correction for few rows (1970); where values are tied they are too
 * large, never too small.
 *
 * @throws ShapeError, DataError for rows that cannot be compared, or fewer than 20.
 */
export function marginalDistances(compared: DataAndSamples): MarginalDistances {
  const { data, samples } = readNumberRows("marginalDistances", { ...compared });
  const factor = stephensFactor(data.count, samples.count);
  const columns = Array.from({ length: data.size }, (_, column) => {
    const distance = kolmogorovDistance(columnOf(data, column), columnOf(samples, column));
    return { distance, pValue: kolmogorovTail(factor * distance) };
  });
  const distances = columns.map(({ distance }) => distance);
  const largest = Math.max(...distances);
  return {
    columns,
    worstColumn: distances.indexOf(largest),
    largest,
    pValue: Math.min(1, columns.length * kolmogorovTail(factor * largest)),
    criticalDistance: criticalDistance(data.count, samples.count),
  };
}

/** The largest difference of two empirical distribution functions; sorts its arguments in place. */
export function kolmogorovDistance(first: Float64Array, second: Float64Array): number {
  first.sort();
  second.sort();
  let [i, j, largest] = [0, 0, 0];
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i], second[j]);
    while (first[i] === value) i++;
    while (second[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / first.length - j / second.length));
  }
  return largest;
}
