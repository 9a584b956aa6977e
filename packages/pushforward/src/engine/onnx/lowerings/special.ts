import type { Builder, Tensor } from "../builder.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";

/** Of a polynomial in `t`, from the highest power down. */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

/**
 * `1 - erf(x)`: for `x >= 0` it is `t exp(-x^2 + p(t))` with `t = 1 / (1 + x / 2)`, within 1.2e-7 of the
 * value itself however small that is, which the exponential needs double precision for.
 *
 * Press et al., Numerical Recipes, section 6.2 (1992).
 */
const erfc: Lowering = (builder, [x]) => {
  const scalar = (value: number) => builder.scalar(value, "float64");
  const binary = (type: string, a: Tensor, b: Tensor) =>
    builder.op(type, [a, b], x.shape, "float64");
  const unary = (type: string, a: Tensor) => builder.op(type, [a], x.shape, "float64");
  const wide = builder.cast(x, "float64");
  const size = unary("Abs", wide);
  const t = unary("Reciprocal", binary("Add", binary("Mul", size, scalar(0.5)), scalar(1)));
  const polynomial = horner(builder, t);
  const exponent = binary("Sub", polynomial, binary("Mul", size, size));
  const tail = binary("Mul", t, unary("Exp", exponent));
  const negative = builder.op("Less", [wide, scalar(0)], x.shape, "bool");
  const value = [negative, binary("Sub", scalar(2), tail), tail];
  return builder.cast(builder.op("Where", value, x.shape, "float64"), "float32");
};

function horner(builder: Builder, t: Tensor): Tensor {
  const [first, ...others] = COEFFICIENTS.map((each) => builder.scalar(each, "float64"));
  return others.reduce((sum, each) => {
    const product = builder.op("Mul", [sum, t], t.shape, "float64");
    return builder.op("Add", [product, each], t.shape, "float64");
  }, first);
}

/** Special functions that ONNX does not have. */
export const special: LoweringTable = { erfc };
