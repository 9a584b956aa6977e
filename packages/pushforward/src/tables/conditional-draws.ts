import type { Column } from "../core/column.ts";
import type { HostRandom } from "../numerics/host-random.ts";
import { beforeMap, throughMap } from "../training/column-maps.ts";

/**
 * The numbers of an event in front of the maps of their columns, each scaled to deviation 1: there, proposals for
 * missing ones are made.
 */
export interface ProposalSpace {
  readonly columns: readonly Column[];
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Draws of the model in this space, row-major. */
  readonly pool: Float64Array;
  /** Their correlations, row-major. */
  readonly correlations: Float64Array;
}

/** Numbers proposed for those that are missing, and how likely the proposal was. */
export interface Proposals {
  /** Whole events, row-major, in the units of the data. */
  readonly events: Float64Array;
  /** `log q`, of the missing numbers in the units of the data; Infinity where these are no numbers. */
  readonly logProposal: Float64Array;
}

/** Draws near the row that proposals start from. */
const NEIGHBOURS = 256;

/** Share of the proposals that comes from all neighbours alike, however far they are. */
const EVEN = 0.1;

/** Deviation of a proposal around its neighbour, at first; in deviations of the column. */
const BANDWIDTH = 0.3;

/** How far out an observed number counts, in deviations. */
const MOST_DEVIATIONS = 8;

/** Added to the correlations among observed numbers, whose matrix may be next to singular. */
const RIDGE = 0.05;

/** The space of a model's columns, by draws of the model. */
export function proposalSpace(draws: ArrayLike<number>, columns: readonly Column[]): ProposalSpace {
  const width = columns.length;
  const count = draws.length / width;
  const pool = new Float64Array(draws.length);
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  for (let c = 0; c < width; c++) {
    const values = Float64Array.from({ length: count }, (_, row) =>
      inside(columns[c] as Column, draws[row * width + c] as number),
    );
    const mean = values.reduce((sum, value) => sum + value / count, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0);
    means[c] = mean;
    deviations[c] = Math.sqrt(variance) || 1;
    values.forEach((value, row) => {
      pool[row * width + c] = (value - mean) / (deviations[c] as number);
    });
  }
  return { columns, means, deviations, pool, correlations: correlationsOf(pool, width) };
}

/** What float32 puts on the end of a map, or beyond it, is taken for a number far out on that side. */
function inside({ map }: Column, value: number): number {
  const y = map ? beforeMap(map, value) : value;
  if (Number.isFinite(y)) return y;
  const middle = map?.kind === "sigmoid" ? (map.low + map.high) / 2 : 0;
  return value > middle ? FAR : -FAR;
}

const FAR = 16;

function correlationsOf(pool: Float64Array, width: number): Float64Array {
  const count = pool.length / width;
  const result = new Float64Array(width * width);
  for (let row = 0; row < count; row++) {
    for (let a = 0; a < width; a++) {
      const value = (pool[row * width + a] as number) / count;
      for (let b = 0; b < width; b++) {
        result[a * width + b] =
          (result[a * width + b] as number) + value * (pool[row * width + b] as number);
      }
    }
  }
  return result;
}

/** What proposals are made around: weighted centres of the missing numbers, and deviations of each number. */
export interface Kernels {
  readonly centres: Float64Array;
  readonly weights: Float64Array;
  readonly bandwidths: Float64Array;
}

/**
 * Kernels around the model's own draws that lie near what is observed, each moved along the linear regression of the
 * missing numbers on the observed ones by what it lies beside the row (Beaumont, Zhang & Balding 2002).
 */
export function neighbourKernels(
  space: ProposalSpace,
  event: ArrayLike<number>,
  missing: readonly number[],
): Kernels {
  const { columns, means, deviations, pool } = space;
  const width = columns.length;
  const count = pool.length / width;
  const observed = columns.flatMap((_, index) => (missing.includes(index) ? [] : [index]));
  const row = observed.map((c) => {
    const y = inside(columns[c] as Column, event[c] as number);
    const z = (y - (means[c] as number)) / (deviations[c] as number);
    // The line through an outlier would end where no number is.
    return Math.max(-MOST_DEVIATIONS, Math.min(MOST_DEVIATIONS, z));
  });
  const distances = distancesTo(pool, width, observed, row);
  const nearest = Array.from({ length: count }, (_, draw) => draw)
    .sort((a, b) => (distances[a] as number) - (distances[b] as number))
    .slice(0, NEIGHBOURS);
  const least = distances[nearest[0] as number] as number;
  const reach = (distances[nearest[nearest.length >> 3] as number] as number) - least || 1;
  const raw = nearest.map((draw) => Math.exp((least - (distances[draw] as number)) / (2 * reach)));
  const total = raw.reduce((sum, value) => sum + value, 0);
  const slopes = regression(space, observed, missing);
  const centres = new Float64Array(nearest.length * missing.length);
  nearest.forEach((draw, place) => {
    const beside = observed.map((c, i) => (row[i] as number) - (pool[draw * width + c] as number));
    missing.forEach((c, j) => {
      const shift = beside.reduce((sum, value, i) => sum + value * (slopes[j]?.[i] as number), 0);
      centres[place * missing.length + j] = (pool[draw * width + c] as number) + shift;
    });
  });
  return {
    centres,
    weights: Float64Array.from(raw, (value) => (1 - EVEN) * (value / total) + EVEN / raw.length),
    bandwidths: new Float64Array(missing.length).fill(BANDWIDTH),
  };
}

/** Squared distances of the pool's draws from a row, in its observed numbers. */
function distancesTo(
  pool: Float64Array,
  width: number,
  observed: readonly number[],
  row: readonly number[],
): Float64Array {
  const distances = new Float64Array(pool.length / width);
  for (let draw = 0; draw < distances.length; draw++) {
    let sum = 0;
    for (let i = 0; i < observed.length; i++) {
      const beside = (pool[draw * width + (observed[i] as number)] as number) - (row[i] as number);
      sum += beside * beside;
    }
    distances[draw] = sum;
  }
  return distances;
}

/** Ridge regression of each missing number on the observed ones. */
function regression(
  { correlations, columns }: ProposalSpace,
  observed: readonly number[],
  missing: readonly number[],
): number[][] {
  const width = columns.length;
  const matrix = observed.map((a) =>
    observed.map((b) => (correlations[a * width + b] as number) + (a === b ? RIDGE : 0)),
  );
  return missing.map((c) =>
    solveSymmetric(
      matrix.map((line) => [...line]),
      observed.map((b) => correlations[c * width + b] as number),
    ),
  );
}

/** Gaussian elimination of a positive definite system; both are overwritten. */
function solveSymmetric(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    const pivot = matrix[k] as number[];
    for (let i = k + 1; i < n; i++) {
      const line = matrix[i] as number[];
      const factor = (line[k] as number) / (pivot[k] as number);
      for (let j = k; j < n; j++) line[j] = (line[j] as number) - factor * (pivot[j] as number);
      right[i] = (right[i] as number) - factor * (right[k] as number);
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    const line = matrix[k] as number[];
    let value = right[k] as number;
    for (let j = k + 1; j < n; j++) value -= (line[j] as number) * (right[j] as number);
    right[k] = value / (line[k] as number);
  }
  return right;
}

/** Draw from the kernels: whole events, with the missing numbers proposed. */
export function propose(
  space: ProposalSpace,
  event: ArrayLike<number>,
  missing: readonly number[],
  kernels: Kernels,
  count: number,
  random: HostRandom,
): Proposals {
  const { centres, weights, bandwidths } = kernels;
  const { columns, means, deviations } = space;
  const width = columns.length;
  const events = new Float64Array(count * width);
  const logProposal = new Float64Array(count);
  const place = cumulative(weights);
  const logOf = mixture(kernels);
  const drawn = new Float64Array(missing.length);
  for (let i = 0; i < count; i++) {
    events.set(event, i * width);
    const kernel = place(random.uniform());
    let logSlopes = 0;
    let isNumber = true;
    for (let j = 0; j < missing.length; j++) {
      const c = missing[j] as number;
      const centre = centres[kernel * missing.length + j] as number;
      drawn[j] = centre + (bandwidths[j] as number) * random.normal();
      const deviation = deviations[c] as number;
      const y = (means[c] as number) + deviation * (drawn[j] as number);
      const { map } = columns[c] as Column;
      const [value, logSlope] = map ? throughMap(map, y) : [y, 0];
      isNumber &&= Math.abs(value) < LARGEST && Number.isFinite(logSlope);
      events[i * width + c] = isNumber ? value : 0;
      logSlopes += logSlope + Math.log(deviation);
    }
    logProposal[i] = isNumber ? logOf(drawn) - logSlopes : Infinity;
  }
  return { events, logProposal };
}

/** Beyond it, 32 bits have no room for a number's square. */
const LARGEST = 1e18;

/** The logarithm of a mixture of normal kernels, as a function of a point. */
function mixture({ centres, weights, bandwidths }: Kernels): (point: Float64Array) => number {
  const size = bandwidths.length;
  const count = weights.length;
  const inverse = bandwidths.map((width) => 1 / width);
  const constant =
    -bandwidths.reduce((sum, width) => sum + Math.log(width), 0) - (size / 2) * LOG_2_PI;
  const logWeights = weights.map(Math.log);
  const terms = new Float64Array(count);
  return (point) => {
    let peak = -Infinity;
    for (let k = 0; k < count; k++) {
      let squares = 0;
      for (let j = 0; j < size; j++) {
        const z =
          ((point[j] as number) - (centres[k * size + j] as number)) * (inverse[j] as number);
        squares += z * z;
      }
      const term = (logWeights[k] as number) - squares / 2;
      terms[k] = term;
      if (term > peak) peak = term;
    }
    let sum = 0;
    for (let k = 0; k < count; k++) sum += Math.exp((terms[k] as number) - peak);
    return peak + Math.log(sum) + constant;
  };
}

const LOG_2_PI = Math.log(2 * Math.PI);

/** The index at a share of the weights' total. */
export function cumulative(weights: ArrayLike<number>): (share: number) => number {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i] as number;
    sums[i] = total;
  }
  return (share) => {
    const target = share * total;
    let [low, high] = [0, weights.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/**
 * Kernels around particles drawn by their weights, narrower than the particles lie apart (population Monte Carlo,
 * Cappé, Guillin, Marin & Robert 2004).
 */
export function particleKernels(
  space: ProposalSpace,
  { events }: Proposals,
  weights: Float64Array,
  missing: readonly number[],
  random: HostRandom,
): Kernels {
  const { columns, means, deviations } = space;
  const width = columns.length;
  const place = cumulative(weights);
  const size = missing.length;
  const centres = new Float64Array((NEIGHBOURS / 2) * size);
  for (let k = 0; k < NEIGHBOURS / 2; k++) {
    const chosen = place(random.uniform());
    missing.forEach((c, j) => {
      const y = inside(columns[c] as Column, events[chosen * width + c] as number);
      centres[k * size + j] = (y - (means[c] as number)) / (deviations[c] as number);
    });
  }
  const bandwidths = Float64Array.from(missing, (_, j) => {
    const values = centres.filter((_, i) => i % size === j);
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
    return Math.max(0.02, Math.min(BANDWIDTH, 0.5 * Math.sqrt(variance)));
  });
  return {
    centres,
    weights: new Float64Array(NEIGHBOURS / 2).fill(2 / NEIGHBOURS),
    bandwidths,
  };
}
