import { type NDArray, np, stopGradient } from "../engine/index.ts";
import { withDerivatives } from "./derivatives.ts";

/**
 * `log(1 / (1 + exp(-z)))` and `log(1 / (1 + exp(z)))`, each with all its digits; first and second
 * derivatives are stated. Consumes.
 */
export function logisticLogTails(z: NDArray): { lower: NDArray; upper: NDArray } {
  const at = stopGradient(z.ref);
  const common = np.log1p(np.exp(np.absolute(at.ref).neg()));
  const lower = np.minimum(at.ref, 0).sub(common.ref);
  const upper = np.maximum(at, 0).add(common).neg();
  const [left, right] = [np.exp(lower.ref), np.exp(upper.ref)];
  const bend = left.ref.mul(right.ref).neg();
  return {
    lower: withDerivatives(z.ref, { value: lower, slope: right, bend: bend.ref }),
    upper: withDerivatives(z, { value: upper, slope: left.neg(), bend }),
  };
}
