import { isTraining, updateState } from "../core/training-mode.ts";
import { type NDArray, np, stopGradient } from "../engine/index.ts";

/** A weight as a linear map, and its adjoint: both consume weight and vector. */
export interface LinearOperator {
  apply(weight: NDArray, vector: NDArray): NDArray;
  adjoint(weight: NDArray, vector: NDArray): NDArray;
}

/** How a weight's spectral norm is held down. */
export interface SpectralBound {
  /** What the norm is at most. */
  readonly coefficient: number;
  /** Power iterations of a training step. */
  readonly iterations: number;
}

/** A weight as a linear map on the host, in double precision, and its adjoint. */
export interface HostOperator {
  apply(vector: ArrayLike<number>): Float64Array;
  adjoint(vector: ArrayLike<number>): Float64Array;
}

/** Lengths count as at least this. */
const SHORTEST = 1e-12;

/** What an iteration adds of the old vector: a weight of zeros leaves it where it is. */
const KEPT = 1e-6;

/**
 * A weight within its bound, `W min(1, c / sigma)`, with `sigma = |W v| / |v|` (Miyato et al. 2018,
 * arXiv:1802.05957; for convolutions through the operator itself, Gouk et al. 2018, arXiv:1804.04368).
 *
 * `sigma` is the spectral norm where v is the first right singular vector. v is state: a training step brings it
 * nearer by power iteration, `v <- W^T W v / |W^T W v|`, and evaluation takes it as it is. With `u = W v / |W v|`
 * the gradient is theirs, `d sigma / dW = u v^T`. Consumes.
 */
export function spectrallyScaled(
  operator: LinearOperator,
  weight: NDArray,
  vector: NDArray,
  { coefficient, iterations }: SpectralBound,
): NDArray {
  let v = vector;
  if (isTraining()) {
    v = followed(operator, stopGradient(weight.ref), stopGradient(vector.ref), iterations);
    updateState(vector, v.ref);
    vector.dispose();
  }
  const sigma = length(operator.apply(weight.ref, v.ref)).div(length(v));
  return weight.mul(np.minimum(np.reciprocal(sigma).mul(coefficient), 1));
}

/**
 * The factor `min(1, c / sigma)` of {@link spectrallyScaled} in double precision.
 *
 * @param image `W v`.
 */
export function hostScale(
  image: ArrayLike<number>,
  vector: ArrayLike<number>,
  coefficient: number,
): number {
  return Math.min(1, (coefficient * hostLength(vector)) / hostLength(image));
}

/** Relative growth of the norm found that is none any more, and steps at most. */
const SETTLED = 1e-7;
const MOST_STEPS = 1000;

/** Follow the power iteration to its end, in double precision; the vector is overwritten. */
export function settleVector({ apply, adjoint }: HostOperator, vector: Float32Array): void {
  let v = Float64Array.from(vector);
  let sigma = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const image = apply(v);
    const found = hostLength(image) / hostLength(v);
    if (!(found > sigma * (1 + SETTLED))) break;
    sigma = found;
    const next = adjoint(image);
    const size = hostLength(next);
    v = next.map((value) => value / size);
  }
  vector.set(v);
}

function hostLength(vector: ArrayLike<number>): number {
  const squared = Array.from(vector).reduce((sum, value) => sum + value * value, 0);
  return Math.max(Math.sqrt(squared), SHORTEST);
}

/** The vector of length 1 after power iterations. */
function followed(
  { apply, adjoint }: LinearOperator,
  weight: NDArray,
  start: NDArray,
  iterations: number,
): NDArray {
  let v = normalized(start);
  for (let k = 0; k < iterations; k++) {
    const image = adjoint(weight.ref, apply(weight.ref, v.ref));
    v = normalized(image.add(v.mul(KEPT)));
  }
  weight.dispose();
  return v;
}

function normalized(v: NDArray): NDArray {
  return v.ref.div(length(v));
}

/** The Euclidean length of all numbers, never 0; consumes. */
function length(v: NDArray): NDArray {
  return np.sqrt(np.maximum(v.ref.mul(v).sum(), SHORTEST ** 2));
}
