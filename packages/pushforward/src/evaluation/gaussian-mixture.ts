import { checkCount } from "../core/check-number.ts";
import { cholesky, invertLower, sumLogDiagonal } from "../numerics/cholesky.ts";
import { type HostRandom, hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { columnMoments } from "./gaussian.ts";
import { kMeansPlusPlus } from "./k-means.ts";

/** A mixture of normal distributions with full covariances, in the units of the data. */
export interface GaussianMixtureFit {
  readonly components: number;
  readonly features: number;
  /** [components], summing to 1. */
  readonly weights: Float64Array;
  /** [components, features] row-major. */
  readonly means: Float64Array;
  /** [components, features, features] row-major. */
  readonly covariances: Float64Array;
  /** Their lower triangular Cholesky factors, [components, features, features] row-major. */
  readonly choleskys: Float64Array;
  /** Mean log-density, in nats, of the rows that were fitted. */
  readonly logLikelihood: number;
  /** Steps of expectation and maximisation of the run that was kept. */
  readonly iterations: number;
}

export interface GaussianMixtureOptions {
  components: number;
  seed: number;
  /** Starts from different centres; the best after ten steps goes on. Default 3. */
  restarts?: number | undefined;
  /** Bound on the steps. Default 500. */
  maxIterations?: number | undefined;
  /** Stop when a step gains less than this, relative to max(1, |objective|). Default 1e-5. */
  tolerance?: number | undefined;
}

const COVARIANCE_FLOOR = 1e-6;
const TRIAL_ITERATIONS = 10;

/** Rows, drawn by seed, that each stage works on: choosing a start, climbing, polishing. */
const STAGE_ROWS = { trial: 2_000, search: 5_000, polish: 20_000 };

/**
 * Fits a Gaussian mixture by expectation-maximisation.
 *
 * Columns are standardised first, so that the fit does not depend on their units. Each restart
 * draws centres by k-means++ and assigns rows to the nearest. So that no component can shrink onto
 * a point, the objective per row is the log-likelihood less Σ_k ε tr(Σ_k⁻¹) / 2 with ε = 1e-6 in
 * standardised units: each step then adds ε / weight to the variances, and the objective never
 * falls. A component that is left with less than half a row is dropped, so that fewer components
 * than asked for may come back.
 *
 * For speed, large tables are fitted on rows drawn by seed: restarts are compared on 2,000, the
 * best is fitted on 5,000 and polished on 20,000.
 *
 * @param rows - [count, features] row-major.
 * @throws DataError as `gaussianMle`; DomainError when `components` is not a positive integer.
 *
 * Dempster, Laird, Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm.
 * Arthur, Vassilvitskii (2007), k-means++: the advantages of careful seeding. The penalty: Ciuperca,
 * Ridolfi, Idier (2003), Penalized maximum likelihood estimator for normal mixtures.
 */
export function gaussianMixtureEm(
  rows: Float64Array,
  count: number,
  features: number,
  options: GaussianMixtureOptions,
): GaussianMixtureFit {
  checkCount("gaussianMixtureEm", "components", options.components);
  const moments = columnMoments(rows, count, features);
  const sample = standardisedSample(rows, count, moments, options.seed);
  const run = climb(search(sample, options), sample, options);
  return inDataUnits(run, moments, features);
}

/**
 * The log-density of each row under a Gaussian mixture, in nats.
 *
 * log p(x) = log Σ_k weight_k N(x; mean_k, covariance_k), summed from the logarithms.
 *
 * @param rows - [count, features] row-major.
 * @returns [count].
 */
export function gaussianMixtureLogDensity(
  fit: GaussianMixtureFit,
  rows: Float64Array,
  count: number,
): Float64Array {
  const joint = new Float64Array(count * fit.components);
  logJoint(fit, rows, count, joint);
  return normaliseRows(joint, count, fit.components);
}

type Moments = ReturnType<typeof columnMoments>;

/** Parameters in standardised units. */
interface Mixture {
  readonly components: number;
  readonly features: number;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  readonly choleskys: Float64Array;
}

/** The state between two steps. */
export interface Run {
  readonly sample: Sample;
  readonly mixture: Mixture;
  /** Mean log-density of the sample. */
  readonly logLikelihood: number;
  /** That less the penalty; what the steps climb. */
  readonly objective: number;
  /** P(component | row) in the sample, [rows, components] row-major. */
  readonly responsibilities: Float64Array;
  readonly iterations: number;
}

interface Sample {
  readonly data: Float64Array;
  readonly count: number;
  readonly features: number;
}

/** At most `STAGE_ROWS.polish` standardised rows in random order: each head of it is a sample. */
export function standardisedSample(
  rows: Float64Array,
  count: number,
  { mean, scale }: Moments,
  seed: number,
): Sample {
  const features = mean.length;
  const order = hostRandom(seed, streams.mixtureRows).shuffle(count).subarray(0, STAGE_ROWS.polish);
  const data = new Float64Array(order.length * features);
  order.forEach((from, to) => {
    for (let i = 0; i < features; i++) {
      data[to * features + i] = (rows[from * features + i] - mean[i]) / scale[i];
    }
  });
  return { data, count: order.length, features };
}

function head({ data, count, features }: Sample, rows: number): Sample {
  const kept = Math.min(rows, count);
  return { data: data.subarray(0, kept * features), count: kept, features };
}

export function search(sample: Sample, options: GaussianMixtureOptions): Run {
  const { components, seed, restarts = 3, maxIterations = TRIAL_ITERATIONS } = options;
  const random = hostRandom(seed, streams.mixtureStarts + components);
  const trialSample = head(sample, STAGE_ROWS.trial);
  const limits = { ...options, maxIterations: Math.min(maxIterations, TRIAL_ITERATIONS) };
  const trial = () => climb(startRun(trialSample, components, random), trialSample, limits);
  let best = trial();
  for (let restart = 1; restart < restarts; restart++) {
    const run = trial();
    if (run.objective > best.objective) best = run;
  }
  return climb(best, head(sample, STAGE_ROWS.search), options);
}

function startRun(sample: Sample, components: number, random: HostRandom): Run {
  const { nearest, centres } = kMeansPlusPlus(
    sample.data,
    sample.count,
    sample.features,
    components,
    random,
  );
  const responsibilities = new Float64Array(sample.count * centres);
  for (let row = 0; row < sample.count; row++) responsibilities[row * centres + nearest[row]] = 1;
  return expectation(maximisation(responsibilities, centres, sample), sample, 0);
}

/** Steps until the objective stays; a run from fewer rows goes on from its parameters. */
export function climb(
  start: Run,
  sample: Sample,
  { maxIterations = 500, tolerance = 1e-5 }: Partial<GaussianMixtureOptions>,
): Run {
  let run =
    start.sample.count === sample.count
      ? start
      : expectation(start.mixture, sample, start.iterations);
  while (run.iterations < maxIterations) {
    const mixture = maximisation(run.responsibilities, run.mixture.components, sample);
    const next = expectation(mixture, sample, run.iterations + 1);
    const gain = Math.abs(next.objective - run.objective);
    run = next;
    if (gain < tolerance * Math.max(1, Math.abs(run.objective))) break;
  }
  return run;
}

function expectation(mixture: Mixture, sample: Sample, iterations: number): Run {
  const { data, count } = sample;
  const { components, features } = mixture;
  const responsibilities = new Float64Array(count * components);
  logJoint(mixture, data, count, responsibilities);
  const logLikelihood = average(normaliseRows(responsibilities, count, components));
  let penalty = 0;
  for (let k = 0; k < components; k++) {
    const factor = component(mixture.choleskys, k, features * features);
    for (const value of invertLower(factor, features)) penalty += value * value;
  }
  const objective = logLikelihood - 0.5 * COVARIANCE_FLOOR * penalty;
  return { sample, mixture, logLikelihood, objective, responsibilities, iterations };
}

function maximisation(responsibilities: Float64Array, components: number, sample: Sample): Mixture {
  const { count, features } = sample;
  const shares = new Float64Array(components);
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < components; k++) shares[k] += responsibilities[row * components + k];
  }
  const kept = [...shares.keys()].filter((k) => shares[k] >= 0.5);
  const keptRows = kept.reduce((sum, k) => sum + shares[k], 0);
  const square = features * features;
  const mixture: Mixture = {
    components: kept.length,
    features,
    weights: new Float64Array(kept.length),
    means: new Float64Array(kept.length * features),
    covariances: new Float64Array(kept.length * square),
    choleskys: new Float64Array(kept.length * square),
  };
  kept.forEach((from, to) => {
    const share = shares[from];
    mixture.weights[to] = share / keptRows;
    const centre = component(mixture.means, to, features);
    const covariance = component(mixture.covariances, to, square);
    const weight = (row: number) => responsibilities[row * components + from] / share;
    weightedMoments(sample, weight, centre, covariance);
    const widening = (COVARIANCE_FLOOR * count) / share;
    for (let i = 0; i < features; i++) covariance[i * features + i] += widening;
    // Never null: the widening is far above the rounding error of a standardised covariance.
    mixture.choleskys.set(cholesky(covariance, features) as Float64Array, to * square);
  });
  return mixture;
}

/**
 * Writes the mean and the covariance of rows with weights that sum to 1.
 *
 * In one pass, E[x xᵀ] - m mᵀ: in standardised units its rounding error stays far below the floor.
 */
function weightedMoments(
  { data, count, features }: Sample,
  weightOf: (row: number) => number,
  centre: Float64Array,
  covariance: Float64Array,
): void {
  const triangle = new Float64Array((features * (features + 1)) / 2);
  // Most rows belong to few components; their shares in the others are below rounding.
  const kept = Array.from({ length: count }, (_, row) => row).filter(
    (row) => weightOf(row) * count >= Number.EPSILON,
  );
  // Four rows at once: a sum of one row after the other would wait for each addition.
  for (let from = 0; from < kept.length; from += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => (kept[from + k] ?? kept[0]) * features);
    const [wa, wb, wc, wd] = [0, 1, 2, 3].map((k) =>
      from + k < kept.length ? weightOf(kept[from + k]) : 0,
    );
    for (let i = 0, at = 0; i < features; i++) {
      const xa = wa * data[a + i];
      const xb = wb * data[b + i];
      const xc = wc * data[c + i];
      const xd = wd * data[d + i];
      centre[i] += xa + xb + xc + xd;
      for (let j = 0; j <= i; j++) {
        triangle[at++] += xa * data[a + j] + xb * data[b + j] + xc * data[c + j] + xd * data[d + j];
      }
    }
  }
  for (let i = 0, at = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) {
      const value = triangle[at++] - centre[i] * centre[j];
      covariance[i * features + j] = value;
      covariance[j * features + i] = value;
    }
  }
}

/** Writes log weight_k + log N(x; mean_k, covariance_k) to `joint`, [count, components]. */
function logJoint(mixture: Mixture, data: Float64Array, count: number, joint: Float64Array): void {
  const { components, features } = mixture;
  const [ra, rb, rc, rd] = Array.from({ length: 4 }, () => new Float64Array(features));
  for (let k = 0; k < components; k++) {
    const factor = component(mixture.choleskys, k, features * features);
    const inverse = invertLower(factor, features);
    const centre = component(mixture.means, k, features);
    const constant =
      Math.log(mixture.weights[k]) -
      sumLogDiagonal(factor, features) -
      0.5 * features * Math.log(2 * Math.PI);
    // Four rows at once, as in `weightedMoments`; past the end, the last one again.
    for (let from = 0; from < count; from += 4) {
      const rows = [0, 1, 2, 3].map((place) => Math.min(from + place, count - 1));
      const [a, b, c, d] = rows.map((row) => row * features);
      let squareA = 0;
      let squareB = 0;
      let squareC = 0;
      let squareD = 0;
      for (let i = 0; i < features; i++) {
        ra[i] = data[a + i] - centre[i];
        rb[i] = data[b + i] - centre[i];
        rc[i] = data[c + i] - centre[i];
        rd[i] = data[d + i] - centre[i];
        let wa = 0;
        let wb = 0;
        let wc = 0;
        let wd = 0;
        for (let j = 0, at = i * features; j <= i; j++, at++) {
          const entry = inverse[at];
          wa += entry * ra[j];
          wb += entry * rb[j];
          wc += entry * rc[j];
          wd += entry * rd[j];
        }
        squareA += wa * wa;
        squareB += wb * wb;
        squareC += wc * wc;
        squareD += wd * wd;
      }
      [squareA, squareB, squareC, squareD].forEach((square, place) => {
        joint[rows[place] * components + k] = constant - 0.5 * square;
      });
    }
  }
}

/** Turns each row of logarithms into shares of 1, in place; returns the log of each row's sum. */
function normaliseRows(joint: Float64Array, count: number, components: number): Float64Array {
  const logSums = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const begin = row * components;
    let largest = -Infinity;
    for (let k = 0; k < components; k++) largest = Math.max(largest, joint[begin + k]);
    if (largest === -Infinity) {
      // So far out that every distance overflowed; -Infinity less -Infinity would be NaN.
      logSums[row] = -Infinity;
      continue;
    }
    let sum = 0;
    for (let k = 0; k < components; k++) {
      joint[begin + k] = Math.exp(joint[begin + k] - largest);
      sum += joint[begin + k];
    }
    for (let k = 0; k < components; k++) joint[begin + k] /= sum;
    logSums[row] = largest + Math.log(sum);
  }
  return logSums;
}

/** From standardised units to the data's: x = mean + scale z. */
export function inDataUnits(
  run: Run,
  { mean, scale }: Moments,
  features: number,
): GaussianMixtureFit {
  const { components, weights, ...standard } = run.mixture;
  const means = standard.means.map(
    (z, index) => mean[index % features] + scale[index % features] * z,
  );
  const columnOf = (index: number) => index % features;
  const rowOf = (index: number) => Math.floor(index / features) % features;
  const covariances = standard.covariances.map(
    (value, index) => value * scale[rowOf(index)] * scale[columnOf(index)],
  );
  const choleskys = standard.choleskys.map((value, index) => value * scale[rowOf(index)]);
  const logScale = scale.reduce((sum, value) => sum + Math.log(value), 0);
  const logLikelihood = run.logLikelihood - logScale;
  const { iterations } = run;
  return {
    components,
    features,
    weights,
    means,
    covariances,
    choleskys,
    logLikelihood,
    iterations,
  };
}

/** The k-th block of a stacked array, as a view. */
function component(stacked: Float64Array, k: number, length: number): Float64Array {
  return stacked.subarray(k * length, (k + 1) * length);
}

export function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
