import { DataError } from "../core/errors.ts";
import { cholesky, solveLower, sumLogDiagonal } from "../numerics/cholesky.ts";

/** A normal distribution with full covariance, fitted to rows. */
export interface GaussianFit {
  /** [features]. */
  readonly mean: Float64Array;
  /** [features, features] row-major, ridge included: `cholesky` is its factor. */
  readonly covariance: Float64Array;
  /** Lower triangular [features, features] row-major. */
  readonly cholesky: Float64Array;
  /** What each variance was multiplied by, less 1, to make the covariance regular; mostly 0. */
  readonly ridge: number;
}

/**
 * Fits a normal distribution with full covariance by maximum likelihood.
 *
 * mean = Σ x / n, covariance = Σ (x - mean)(x - mean)ᵀ / n. Where columns depend on each other
 * linearly, or there are no more rows than columns, that matrix is singular and the likelihood has
 * no maximum; then each variance is multiplied by 1 + ridge with the smallest ridge of 1e-12, 1e-11,
 * ... that makes it regular, and the ridge is reported. A likelihood with a ridge says more about the
 * ridge than about the data. The fit does not depend on the units of the columns.
 *
 * @param rows - [count, features] row-major.
 * @throws DataError when there are no rows, a value is not finite, or a column is constant.
 */
export function gaussianMle(rows: Float64Array, count: number, features: number): GaussianFit {
  const { mean, scale } = columnMoments(rows, count, features);
  const correlation = standardisedCovariance(rows, count, mean, scale);
  const { factor, ridge } = factorWithRidge(correlation, features);
  const covariance = new Float64Array(features * features);
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < features; j++) {
      const widened = i === j ? 1 + ridge : 1;
      covariance[i * features + j] = correlation[i * features + j] * widened * scale[i] * scale[j];
      factor[i * features + j] *= scale[i];
    }
  }
  return { mean, covariance, cholesky: factor, ridge };
}

/**
 * The log-density of each row under a fitted normal distribution, in nats.
 *
 * log p(x) = -|L⁻¹ (x - mean)|² / 2 - Σ log L[i, i] - features log(2π) / 2.
 *
 * @param rows - [count, features] row-major.
 * @returns [count].
 */
export function gaussianLogDensity(
  fit: GaussianFit,
  rows: Float64Array,
  count: number,
): Float64Array {
  const features = fit.mean.length;
  const constant = sumLogDiagonal(fit.cholesky, features) + 0.5 * features * Math.log(2 * Math.PI);
  const residual = new Float64Array(features);
  const logDensity = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < features; i++) residual[i] = rows[row * features + i] - fit.mean[i];
    solveLower(fit.cholesky, features, residual);
    let square = 0;
    for (let i = 0; i < features; i++) square += residual[i] * residual[i];
    logDensity[row] = -0.5 * square - constant;
  }
  return logDensity;
}

/**
 * Mean and standard deviation (divisor n) of each column.
 *
 * @param rows - [count, features] row-major.
 * @throws DataError when there are no rows, a value is not finite, or a column is constant.
 */
export function columnMoments(
  rows: Float64Array,
  count: number,
  features: number,
): { mean: Float64Array; scale: Float64Array } {
  if (count < 1) throw new DataError("cannot fit a density to 0 rows; give at least 2");
  const mean = new Float64Array(features);
  const scale = new Float64Array(features);
  for (let column = 0; column < features; column++) {
    const first = rows[column];
    let shift = 0;
    let constant = true;
    for (let row = 0; row < count; row++) {
      const value = rows[row * features + column];
      if (!Number.isFinite(value)) {
        throw new DataError(`row ${row}, column ${column} is ${value}; leave the row out`);
      }
      shift += (value - first) / count;
      if (value !== first) constant = false;
    }
    if (constant) {
      throw new DataError(`column ${column} is constant: it has no density; leave it out`);
    }
    const centre = first + shift;
    let variance = 0;
    for (let row = 0; row < count; row++) {
      variance += (rows[row * features + column] - centre) ** 2 / count;
    }
    if (!(variance > 0 && variance < Infinity)) {
      throw new DataError(`column ${column} is out of range: variance ${variance}; rescale it`);
    }
    mean[column] = centre;
    scale[column] = Math.sqrt(variance);
  }
  return { mean, scale };
}

/** Σ z zᵀ / n of the columns z = (x - mean) / scale. */
function standardisedCovariance(
  rows: Float64Array,
  count: number,
  mean: Float64Array,
  scale: Float64Array,
): Float64Array {
  const features = mean.length;
  const sums = new Float64Array(features * features);
  const z = new Float64Array(features);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < features; i++) z[i] = (rows[row * features + i] - mean[i]) / scale[i];
    for (let i = 0; i < features; i++) {
      for (let j = 0; j <= i; j++) sums[i * features + j] += z[i] * z[j];
    }
  }
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) {
      sums[i * features + j] /= count;
      sums[j * features + i] = sums[i * features + j];
    }
  }
  return sums;
}

/**
 * A column whose variance given the columns before it is below this share of its own counts as a
 * combination of them: rounding in the sums leaves up to about that much.
 */
const SMALLEST_PIVOT = 1e-13;

function regularFactor(correlation: Float64Array, features: number): Float64Array | null {
  const factor = cholesky(correlation, features);
  for (let i = 0; factor && i < features; i++) {
    if (factor[i * features + i] ** 2 < SMALLEST_PIVOT) return null;
  }
  return factor;
}

function factorWithRidge(correlation: Float64Array, features: number) {
  const factor = regularFactor(correlation, features);
  if (factor) return { factor, ridge: 0 };
  for (let exponent = -12; ; exponent++) {
    const ridge = Number(`1e${exponent}`);
    const widened = correlation.slice();
    for (let i = 0; i < features; i++) widened[i * features + i] *= 1 + ridge;
    const regular = regularFactor(widened, features);
    if (regular) return { factor: regular, ridge };
  }
}
