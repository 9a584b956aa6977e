import { type NDArray, np, stopGradient } from "../engine/index.ts";
import { withDerivatives } from "./derivatives.ts";

/** A distribution function on a logarithmic scale, with what its density is made of. */
export interface LogTails {
  /** `log F(z)`. */
  readonly lower: NDArray;
  /** `log(1 - F(z))`. */
  readonly upper: NDArray;
  /** `log(f(z) / (F(z) (1 - F(z))))`. */
  readonly logSteepness: NDArray;
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Farther out numbers count as this: their squares would overflow. */
const FARTHEST = 1e15;

/**
 * Of the polynomial p in `log(erfc(x) exp(x^2)) = log t + p(t)`, `t = 1 / (1 + x / 2)`, from the highest power
 * down (Press et al., Numerical Recipes in C, 2nd edition, section 6.2, 1992).
 */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

/** `log(Phi(-a) exp(a^2 / 2))` for `a >= 0`, within 3e-7 beside the engine's logarithm; consumes. */
function logScaledTail(a: NDArray): NDArray {
  const t = np.reciprocal(a.mul(0.5 * Math.SQRT1_2).add(1));
  const value = polynomial(COEFFICIENTS, t.ref);
  return np.log(t).add(value.sub(Math.LN2));
}

/** A polynomial, its coefficients from the highest power down; consumes. */
function polynomial([highest, next, ...others]: readonly number[], x: NDArray): NDArray {
  const start = x.ref.mul(highest as number).add(next as number);
  const value = others.reduce((sum, term) => sum.mul(x.ref).add(term), start);
  x.dispose();
  return value;
}

/** `phi(a) / Phi(-a)` from {@link logScaledTail}; consumes. */
function hazard(scaledTail: NDArray): NDArray {
  return np.exp(scaledTail.neg().sub(HALF_LOG_TWO_PI));
}

/**
 * The standard normal distribution function on a logarithmic scale in both tails: relative precision of
 * float32 for |z| up to 1e15, where the function itself underflows from 14 on; farther out constant.
 * Absolute error near 0 that of the engine's logarithm, 1.2e-5. First and second derivatives are stated;
 * consumes.
 */
export function normalLogTails(z: NDArray): LogTails {
  const at = stopGradient(np.clip(z.ref, -FARTHEST, FARTHEST));
  const size = np.absolute(at.ref);
  const half = size.ref.mul(size.ref).mul(0.5);
  const scaled = logScaledTail(size);
  const far = scaled.ref.sub(half.ref);
  const near = np.log1p(np.exp(far.ref).neg());
  const isLeft = np.less(at.ref, 0);
  const farRate = hazard(scaled.ref);
  const nearRate = np.exp(half.neg().sub(near.ref).sub(HALF_LOG_TWO_PI));

  // phi / Phi at z and at -z, and the slopes of these, which lie in [-1, 0].
  const rate = np.where(isLeft.ref, farRate.ref, nearRate.ref);
  const mirrored = np.where(isLeft.ref, nearRate, farRate);
  const fall = np.clip(rate.ref.mul(rate.ref.add(at.ref)), 0, 1).neg();
  const mirroredFall = np.clip(mirrored.ref.mul(mirrored.ref.sub(at.ref)), 0, 1).neg();

  const lower = np.where(isLeft.ref, far.ref, near.ref);
  const upper = np.where(isLeft, near.ref, far);
  const logSteepness = near.add(scaled).neg().sub(HALF_LOG_TWO_PI);
  const slope = np.clip(mirrored.ref.sub(rate.ref).sub(at), -1, 1);
  const bend = np.clip(fall.ref.add(mirroredFall.ref).add(1).neg(), -1, 1);
  return {
    lower: withDerivatives(z.ref, { value: lower, slope: rate, bend: fall }),
    upper: withDerivatives(z.ref, { value: upper, slope: mirrored.neg(), bend: mirroredFall }),
    logSteepness: withDerivatives(z, { value: logSteepness, slope, bend }),
  };
}

/** Of the rational start of the quantile (Abramowitz and Stegun 1964, 26.2.23), in `1 / t`. */
const START = [2.515517, 0.802853, 0.010328];
const START_BELOW = [1, 1.432788, 0.189269, 0.001308];

/** After these steps of Newton's method float32 knows no better: 4.5e-4, 1e-7. */
const NEWTON_STEPS = 2;

/**
 * The standard normal quantile of a probability given by its logarithm and that of its complement, exact
 * in both tails: the inverse of {@link normalLogTails}. First and second derivatives are stated; consumes.
 */
export function normalQuantile(lower: NDArray, upper: NDArray): NDArray {
  const isRight = np.less(upper.ref, lower.ref);
  const sign = isRight.ref.astype(np.float32).mul(2).sub(1);
  return upperQuantile(np.where(isRight, upper, lower)).mul(sign);
}

/** The `a >= 0` with `log Phi(-a)` as given; consumes. */
function upperQuantile(logTail: NDArray): NDArray {
  // At most one half, up to the rounding of its logarithm.
  const known = stopGradient(np.minimum(logTail.ref, -0.69));
  const inverse = np.reciprocal(np.sqrt(known.ref.mul(-2)));
  const correction = polynomial(START, inverse.ref).mul(inverse.ref);
  const below = polynomial(START_BELOW, inverse.ref);
  let a = np.reciprocal(inverse).sub(correction.div(below));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const scaled = logScaledTail(a.ref);
    const excess = scaled.ref.sub(a.ref.mul(a.ref).mul(0.5)).sub(known.ref);
    a = a.add(excess.div(hazard(scaled)));
  }
  known.dispose();
  const rate = hazard(logScaledTail(a.ref));
  const slope = np.reciprocal(rate);
  const bend = a.ref.mul(slope.ref).sub(1).mul(slope.ref);
  return withDerivatives(logTail, { value: a, slope: slope.neg(), bend });
}
