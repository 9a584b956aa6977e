import { type NDArray, np } from "../engine/index.ts";

/**
 * Scalar functions written so that neither value nor gradient overflows in float32. jax-js' own
 * softplus, logSigmoid and sigmoid give infinities or NaN gradients from about |x| = 89 on.
 * All consume their arguments.
 */

/** `exp(-|x|)`, with a one-sided derivative at 0 that makes those of its users exact. */
function decay(x: NDArray, positivePart: NDArray): NDArray {
  return np.exp(x.sub(positivePart.mul(2)));
}

/** `log(1 + exp(x))`. */
export function softplus(x: NDArray): NDArray {
  const positivePart = np.maximum(x.ref, 0);
  return np.log1p(decay(x, positivePart.ref)).add(positivePart);
}

/** `1 / (1 + exp(-x))`, with full relative precision in the left tail. */
export function sigmoid(x: NDArray): NDArray {
  const positivePart = np.maximum(x.ref, 0);
  const numerator = np.exp(x.ref.sub(positivePart.ref));
  return numerator.div(decay(x, positivePart).add(1));
}

/** `log(1 / (1 + exp(-x)))`. */
export function logSigmoid(x: NDArray): NDArray {
  return softplus(x.neg()).neg();
}

/**
 * `x / (1 + |x| / limit)`: the identity near 0 with slope 1, bounded by ±`limit`, smooth in effect
 * (one continuous derivative) and without an exponential.
 */
export function softclip(x: NDArray, limit: number): NDArray {
  return x.ref.div(np.absolute(x).div(limit).add(1));
}

/** `log(sum(exp(x)))` over one axis; a slice that is all -Infinity gives -Infinity, not NaN. */
export function logSumExp(x: NDArray, axis: number): NDArray {
  const peak = np.maximum(x.ref.max(axis, { keepdims: true }), -3e38);
  const total = np.exp(x.sub(peak.ref)).sum(axis);
  return np.log(total).add(np.squeeze(peak, axis));
}
