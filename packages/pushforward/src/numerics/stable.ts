import { type NDArray, np, stopGradient } from "../engine/index.ts";
import { withDerivatives } from "./derivatives.ts";

/**
 * Scalar functions written so that neither value nor gradient overflows in float32. jax-js' own
 * softplus, logSigmoid and sigmoid give infinities or NaN gradients from about |x| = 89 on.
 * All consume their arguments.
 */

/** `1 / (1 + exp(-x))`; its own gradient is of no use. */
function sigmoidValue(x: NDArray): NDArray {
  const small = np.exp(np.absolute(x.ref).neg());
  return np.exp(np.minimum(x, 0)).div(small.add(1));
}

/** `log(1 + exp(x))`. */
export function softplus(x: NDArray): NDArray {
  const value = np.log1p(np.exp(np.absolute(x.ref).neg())).add(np.maximum(x.ref, 0));
  const slope = sigmoidValue(x.ref);
  const bend = slope.ref.mul(sigmoidValue(x.ref.neg()));
  return withDerivatives(x, { value, slope, bend });
}

/** `1 / (1 + exp(-x))`, with full relative precision in the left tail. */
export function sigmoid(x: NDArray): NDArray {
  return withSigmoidDerivatives(x, sigmoidValue(x.ref));
}

/**
 * `1 / (1 + exp(-x))` with an absolute error of 1e-7, which is all that a gate or a bounded parameter
 * needs: ONNX Runtime has an operator for it.
 */
export function gate(x: NDArray): NDArray {
  // In this form, out of reach of gradients, the engine knows it: an exponential that overflows is fine.
  const value = stopGradient(np.reciprocal(np.exp(x.ref.neg()).add(1)));
  return withSigmoidDerivatives(x, value);
}

function withSigmoidDerivatives(x: NDArray, value: NDArray): NDArray {
  const slope = value.ref.mul(np.subtract(1, value.ref));
  const bend = slope.ref.mul(np.subtract(1, value.ref.mul(2)));
  return withDerivatives(x, { value, slope, bend });
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
