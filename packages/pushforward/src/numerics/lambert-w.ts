import { type NDArray, np, stopGradient } from "../engine/index.ts";
import { withDerivatives } from "./derivatives.ts";

/** Larger numbers count as this; W is 81 there. */
const LARGEST = 1e37;

/** From the start, off by a hundredth, to float32. */
const NEWTON_STEPS = 3;

/**
 * Lambert's W for `v >= 0`: the `w >= 0` with `w exp(w) = v`, within 1e-6 of the larger of 1 and itself, for v
 * up to 1e37. First and second derivatives are stated; consumes.
 *
 * Start: Winitzki (2003), Uniform approximations for transcendental functions.
 */
export function lambertW(v: NDArray): NDArray {
  const at = stopGradient(np.clip(v.ref, 0, LARGEST));
  const log = np.log1p(at.ref);
  const correction = np.log1p(log.ref).div(log.ref.add(2));
  let w = log.mul(np.subtract(1, correction));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    // In this form nothing overflows, and it is exact where w exp(w) = v.
    const excess = w.ref.sub(at.ref.mul(np.exp(w.ref.neg())));
    w = w.ref.sub(excess.div(w.add(1)));
  }
  at.dispose();
  const inverse = np.reciprocal(w.ref.add(1));
  const slope = np.exp(w.ref.neg()).mul(inverse.ref);
  const bend = slope.ref.mul(slope.ref).mul(w.ref.add(2)).mul(inverse).neg();
  return withDerivatives(v, { value: w, slope, bend });
}
