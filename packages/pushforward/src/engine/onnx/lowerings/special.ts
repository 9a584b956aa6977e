import type { Builder, Tensor } from "../builder.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";
import { binary, choose, unary } from "./arithmetic.ts";

/** Of the polynomial in `t`, from the highest power down. */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

/**
 * `1 - erf(x)`: for `x >= 0` it is `t exp(-x^2 + p(t))` with `t = 1 / (1 + x / 2)`, within 1.2e-7 of the
 * value itself however small that is, for which the exponential needs double precision.
 *
 * Press et al., Numerical Recipes in C, 2nd edition, section 6.2 (1992).
 */
const erfc: Lowering = (builder, [x]) => {
  const number = (value: number) => builder.scalar(value, "float64");
  const wide = builder.cast(x, "float64");
  const size = unary(builder, "Abs", wide);
  const denominator = binary(builder, "Add", binary(builder, "Mul", size, number(0.5)), number(1));
  const t = unary(builder, "Reciprocal", denominator);
  const square = binary(builder, "Mul", size, size);
  const exponent = binary(builder, "Sub", polynomial(builder, t), square);
  const tail = binary(builder, "Mul", t, unary(builder, "Exp", exponent));
  const negative = binary(builder, "Less", wide, number(0), "bool");
  const value = choose(builder, negative, binary(builder, "Sub", number(2), tail), tail);
  return builder.cast(value, "float32");
};

function polynomial(builder: Builder, t: Tensor): Tensor {
  const [highest, ...others] = COEFFICIENTS.map((each) => builder.scalar(each, "float64"));
  return others.reduce(
    (sum, each) => binary(builder, "Add", binary(builder, "Mul", sum, t), each),
    highest,
  );
}

/** Special functions that ONNX does not have. */
export const special: LoweringTable = { erfc };
