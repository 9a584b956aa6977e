import type { HostRows } from "../../core/rows.ts";
import { checkSeed } from "../../core/seed.ts";
import { createBreather } from "../../engine/index.ts";
import { hostRandom } from "../../numerics/host-random.ts";
import { streams } from "../../numerics/streams.ts";
import { countCopies } from "./count-copies.ts";
import { hypergeometricTail } from "./hypergeometric.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { drawRows, type NumberRows, readNumberRows } from "./number-rows.ts";
import { robustScaling } from "./robust-scaling.ts";

/** What tells whether a model repeats the rows that it learned from. */
export interface NeighbourRows {
  /** Rows that the model learned from, all of them. */
  readonly training: NumberRows;
  /** Rows of the same kind that it has not seen. */
  readonly heldOut: NumberRows;
  readonly samples: NumberRows;
}

/** Distances to the nearest training row, of samples beside those of rows that the model has not seen. */
export interface NearestNeighbours {
  /** Of the rows looked at, in scaled units; for pictures. */
  readonly distances: { readonly samples: readonly number[]; readonly heldOut: readonly number[] };
  /** Median distance of samples over that of held-out rows; `null` where the latter is 0. */
  readonly medianRatio: number | null;
  /** Probability that a sample is nearer to its training row than a held-out row to its own; 1/2 is right. */
  readonly nearerShare: number;
  /** Share of samples nearer than 95 % of the held-out rows; 0.05 is right. */
  readonly nearestShare: number;
  /** Shares of all samples and all held-out rows that equal a training row, in the columns that can tell. */
  readonly copyShares: { readonly samples: number; readonly heldOut: number };
  readonly rows: { readonly samples: number; readonly heldOut: number; readonly training: number };
  /** One-sided, of the least likely of the three (times 3, Bonferroni), 1 at most. */
  readonly pValue: number;
}

/** Differences of numbers that the search may take: some seconds. */
const MOST_WORK = 1e9;
const QUERIES = { least: 100, most: 2000 };

const NEAREST = 0.05;

/**
 * Compare the distances of samples to their nearest training rows with those of rows that the model has not seen:
 * samples that are nearer were remembered, not drawn (Meehan, Chaudhuri, Dasgupta 2020, arXiv:2004.05675, section 3,
 * over the whole space). A model that draws too near to the middle of the data is nearer, too.
 *
 * Three one-sided tests: Mann and Whitney's on the distances; how many samples are nearer than the 5 % quantile of
 * the held-out distances (exact), for models that remember some rows only; and how many equal a training row,
 * beside held-out rows (Fisher's, exact). Equal are rows that agree to 32 bits in all columns whose values rarely
 * repeat, or, where there are none, in all.
 *
 * Distances are Euclidean, columns scaled robustly by the training rows. All of these are searched, for up to 2000
 * rows of either kind, fewer where that takes more than 1e9 differences.
 *
 * @throws (rejects with) ShapeError, DataError for rows that cannot be compared, or fewer than 20; DomainError for
 * a seed that is none.
 */
export async function nearestNeighbours(
  rows: NeighbourRows,
  { seed = 0 }: { seed?: number | undefined } = {},
): Promise<NearestNeighbours> {
  checkSeed("nearestNeighbours", seed);
  const { training, heldOut, samples } = readNumberRows("nearestNeighbours", { ...rows });
  const scale = robustScaling(training);
  const known = scale(training);
  const random = hostRandom(seed, streams.neighbourRows);
  const fit = Math.floor(MOST_WORK / (2 * training.count * training.size));
  const most = Math.min(QUERIES.most, Math.max(QUERIES.least, fit));
  const held = await nearestDistances(scale(drawRows(heldOut, most, random)), known);
  const drawn = await nearestDistances(scale(drawRows(samples, most, random)), known);
  const copies = countCopies(training, { samples, heldOut });
  const nearer = mannWhitney(drawn, held);
  const nearest = nearestTest(drawn, held);
  const together = copies.samples + copies.heldOut;
  const copied = hypergeometricTail(copies.samples, together, samples.count, heldOut.count);
  const reference = medianOf(held);
  return {
    distances: { samples: Array.from(drawn), heldOut: Array.from(held) },
    medianRatio: reference > 0 ? medianOf(drawn) / reference : null,
    nearerShare: nearer.share,
    nearestShare: nearest.share,
    copyShares: {
      samples: copies.samples / samples.count,
      heldOut: copies.heldOut / heldOut.count,
    },
    rows: { samples: drawn.length, heldOut: held.length, training: training.count },
    pValue: Math.min(1, 3 * Math.min(nearer.pValue, nearest.pValue, copied)),
  };
}

/** The distance of each row to the nearest of `known`. */
async function nearestDistances(rows: HostRows, known: HostRows): Promise<Float64Array> {
  const breathe = createBreather();
  const distances = new Float64Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    await breathe();
    distances[row] = Math.sqrt(nearestSquare(rows, row, known));
  }
  return distances;
}

function nearestSquare({ data, size }: HostRows, row: number, known: HostRows): number {
  const from = row * size;
  let nearest = Infinity;
  for (let other = 0; other < known.data.length; other += size) {
    let sum = 0;
    // A row that is farther already needs no other columns.
    for (let k = 0; k < size && sum < nearest; k++) {
      const difference = data[from + k] - known.data[other + k];
      sum += difference * difference;
    }
    if (sum < nearest) nearest = sum;
  }
  return nearest;
}

/**
 * The share of samples nearer than the 5 % quantile of the held-out rows, the k-th in order. If both kinds are
 * alike, J samples come before it as J of the first `J + k - 1` rows of a random order.
 */
function nearestTest(drawn: Float64Array, held: Float64Array) {
  const k = Math.ceil(NEAREST * held.length);
  const threshold = held.slice().sort()[k - 1];
  const nearer = drawn.filter((distance) => distance < threshold).length;
  const pValue = hypergeometricTail(nearer, nearer + k - 1, drawn.length, held.length);
  return { share: nearer / drawn.length, pValue };
}

function medianOf(values: Float64Array): number {
  return values.slice().sort()[values.length >> 1];
}
