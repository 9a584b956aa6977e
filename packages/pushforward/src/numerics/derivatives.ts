import { type NDArray, stopGradient } from "../engine/index.ts";

/**
 * A scalar function with derivatives stated, not derived: `value`, and
 * `slope` and `bend` as what first and second differentiation see; third derivatives are lost.
 *
 * The value is a quadratic in `x - x`, whose coefficients no differentiation looks into. Formulas that
 * are chosen for their range or speed then keep both in their gradients. Everything is consumed.
 */
export function withDerivatives(
  x: NDArray,
  { value, slope, bend }: { value: NDArray; slope: NDArray; bend: NDArray },
): NDArray {
  const zero = x.ref.sub(stopGradient(x));
  const curved = stopGradient(bend).mul(0.5).mul(zero.ref).add(stopGradient(slope));
  return curved.mul(zero).add(stopGradient(value));
}
