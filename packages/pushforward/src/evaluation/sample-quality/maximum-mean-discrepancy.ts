import { checkCount } from "../../core/check-number.ts";
import { asDoubles, type HostRows } from "../../core/rows.ts";
import { checkSeed } from "../../core/seed.ts";
import { createBreather } from "../../engine/index.ts";
import { hostRandom } from "../../numerics/host-random.ts";
import { streams } from "../../numerics/streams.ts";
import { type DataAndSamples, drawRows, readNumberRows } from "./number-rows.ts";
import { robustScaling } from "./robust-scaling.ts";

export interface MaximumMeanDiscrepancyOptions {
  /** Of the rows that are looked at and of the permutations; default 0. */
  seed?: number | undefined;
  /** Default 999: the smallest p-value is then 0.001. */
  permutations?: number | undefined;
}

/** The distance of data and samples in the space of a kernel. */
export interface MaximumMeanDiscrepancy {
  /** Unbiased estimate of the squared distance; below 0 by chance where there is none. */
  readonly squared: number;
  /** Share of permutations of the rows with as large a distance. */
  readonly pValue: number;
  /** Rows looked at: 1000 of each at most. */
  readonly rows: { readonly data: number; readonly samples: number };
}

/** More would take the square of their number of kernel values. */
const MOST_ROWS = 1000;

/** Bandwidths of the kernels, in medians of the distances. */
const BANDWIDTHS = [0.25, 0.5, 1, 2, 4];

/**
 * The maximum mean discrepancy, unbiased:
 * `MMD^2 = mean_{i != j} k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j)`, where k is the mean
 * of Gaussian kernels whose bandwidths are 1/4, 1/2, 1, 2 and 4 times the median distance of all rows. Columns are
 * scaled robustly first, by data and samples together: neither side decides how it is looked at.
 *
 * The p-value is that of a permutation test, exact for any number of rows and for ties. Of more than 1000 rows on
 * one side, 1000 are drawn.
 *
 * @throws (rejects with) ShapeError, DataError for rows that cannot be compared, or fewer than 20; DomainError for
 * a seed or a number of permutations that is none.
 *
 * Gretton, Borgwardt, Rasch, Schoelkopf, Smola (2012), A kernel two-sample test, lemma 6.
 */
export async function maximumMeanDiscrepancy(
  compared: DataAndSamples,
  { seed = 0, permutations = 999 }: MaximumMeanDiscrepancyOptions = {},
): Promise<MaximumMeanDiscrepancy> {
  const who = "maximumMeanDiscrepancy";
  checkSeed(who, seed);
  checkCount(who, "permutations", permutations);
  const { data, samples } = readNumberRows(who, { ...compared });
  const random = hostRandom(seed, streams.discrepancyRows);
  const [x, y] = [data, samples].map((rows) => drawRows(rows, MOST_ROWS, random));
  const both = stacked(x, y);
  const kernel = kernelSums(kernelMatrix(robustScaling(both)(both)), x.count);
  const count = x.count + y.count;
  const squared = kernel(Uint32Array.from({ length: x.count }, (_, row) => row));
  const breathe = createBreather();
  const order = hostRandom(seed, streams.permutations);
  let asLarge = 1;
  for (let done = 0; done < permutations; done++) {
    await breathe();
    if (kernel(order.shuffle(count).subarray(0, x.count).sort()) >= squared) asLarge++;
  }
  return {
    squared,
    pValue: asLarge / (permutations + 1),
    rows: { data: x.count, samples: y.count },
  };
}

function stacked(x: HostRows, y: HostRows): HostRows {
  const data = new Float64Array(x.data.length + y.data.length);
  data.set(asDoubles(x));
  data.set(asDoubles(y), x.data.length);
  return { data, count: x.count + y.count, size: x.size };
}

/** `k(x_i, x_j)` of all pairs of rows, row-major, 0 on the diagonal, which no mean takes in. */
function kernelMatrix(rows: HostRows): Float32Array {
  const { count } = rows;
  const squares = squaredDistances(rows);
  const bandwidth = medianDistance(squares);
  const factors = BANDWIDTHS.map((multiple) => -0.5 / (multiple * bandwidth) ** 2);
  const matrix = new Float32Array(count * count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const square = squares[at++];
      let sum = 0;
      for (const factor of factors) sum += Math.exp(factor * square);
      matrix[i * count + j] = sum / factors.length;
      matrix[j * count + i] = sum / factors.length;
    }
  }
  return matrix;
}

/** Of all pairs of rows, the second before the first. */
function squaredDistances({ data, count, size }: HostRows): Float64Array {
  const squares = new Float64Array((count * (count - 1)) / 2);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (data[i * size + k] - data[j * size + k]) ** 2;
      squares[at++] = sum;
    }
  }
  return squares;
}

/** The median of the distances that are not 0; 1 where all are. */
function medianDistance(squares: Float64Array): number {
  const positive = squares.filter((square) => square > 0).sort();
  return positive.length === 0 ? 1 : Math.sqrt(positive[positive.length >> 1]);
}

/** The estimate for any choice of `m` rows as the first sample and all others as the second. */
function kernelSums(matrix: Float32Array, m: number): (first: Uint32Array) => number {
  const count = Math.sqrt(matrix.length);
  const n = count - m;
  const rowSums = Float64Array.from({ length: count }, (_, row) =>
    matrix.subarray(row * count, (row + 1) * count).reduce((sum, value) => sum + value, 0),
  );
  const total = rowSums.reduce((sum, value) => sum + value, 0);
  return (first) => {
    let [within, all] = [0, 0];
    for (let a = 0; a < m; a++) {
      const from = first[a] * count;
      all += rowSums[first[a]];
      for (let b = 0; b < a; b++) within += matrix[from + first[b]];
    }
    const between = all - 2 * within;
    const others = total - 2 * within - 2 * between;
    return (2 * within) / (m * (m - 1)) + others / (n * (n - 1)) - (2 * between) / (m * n);
  };
}
