import { type NDArray, np } from "../engine/index.ts";
import { gate, softplus } from "../numerics/stable.ts";

/** A little more than the largest slope of `t sigmoid(t)`, 1.09984 at t = 2.39936. */
const STEEPEST = 1.1;

/** Parameter of the sharpness at the start, as in the paper: beta = 0.97. */
const START = 0.5;

/** The raw parameter of beta at the start, `[1]`. */
export function initSharpness(): NDArray {
  return np.full([1], START);
}

/** beta > 0 from any number; consumes. */
export const sharpness: (raw: NDArray) => NDArray = softplus;

/**
 * LipSwish, `x sigmoid(beta x) / 1.1` (Chen et al. 2019, arXiv:1906.02735, section 3.4), with its slope; consumes.
 *
 * Its Lipschitz constant is below 1 for every beta > 0: with `s(t) = t sigmoid(t)` it is `s(beta x) / (1.1 beta)`, so
 * its slope is `s'(beta x) / 1.1`, and s' lies within (-0.0999, 1.0999).
 */
export function lipSwish(x: NDArray, beta: NDArray): [value: NDArray, slope: NDArray] {
  const t = x.ref.mul(beta);
  const open = gate(t.ref);
  const slope = t.mul(np.subtract(1, open.ref)).add(1).mul(open.ref);
  return [x.mul(open).div(STEEPEST), slope.div(STEEPEST)];
}
