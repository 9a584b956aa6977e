import type { Builder, Tensor } from "../builder.ts";
import { type Lowering, resultType } from "../lowering.ts";
import { binary, choose, unary } from "./arithmetic.ts";
import { bitsOf, shiftRight } from "./bits.ts";

const MANTISSA_BITS = 23;
const MANTISSA = 2 ** MANTISSA_BITS;
const INFINITE_BITS = 0x7f800000;
const NOT_A_NUMBER_BITS = 0x7fc00000;
/** Exponent of the smallest normal number. */
const LEAST_EXPONENT = -126;

/** The same 32 bits as another type. */
export const bitcast: Lowering = (builder, [x], node) => {
  const result = resultType(node);
  if (result === x.type) return x;
  if (result === "float32") return floatFromBits(builder, bitsOf(builder, x));
  const bits = x.type === "float32" ? bitsOfFloat(builder, x) : bitsOf(builder, x);
  return builder.cast(bits, result);
};

/** The numbers with given bits: sign, 8 bits of exponent, 23 of mantissa. */
function floatFromBits(builder: Builder, bits: Tensor): Tensor {
  const field = (distance: number, width: number) => {
    const shifted = distance === 0 ? bits : shiftRight(builder, bits, distance);
    return binary(builder, "BitwiseAnd", shifted, builder.scalar(2 ** width - 1, "uint32"));
  };
  const float = (value: number) => builder.scalar(value, "float32");
  const isEqual = (x: Tensor, value: number) =>
    binary(builder, "Equal", x, builder.scalar(value, x.type), "bool");
  const exponent = builder.cast(field(MANTISSA_BITS, 8), "int32");
  const mantissa = builder.cast(field(0, MANTISSA_BITS), "float32");
  // Normal numbers have a leading one; the others, of exponent 0, the scale of exponent 1.
  const rest = choose(builder, isEqual(exponent, 0), mantissa, float(MANTISSA));
  const whole = binary(builder, "Add", mantissa, rest);
  const fine = binary(
    builder,
    "Mul",
    powerOfTwo(builder, field(MANTISSA_BITS, 4)),
    float(2 ** -22),
  );
  let coarse = binary(
    builder,
    "Mul",
    powerOfTwo(builder, field(MANTISSA_BITS + 4, 4)),
    float(2 ** -8),
  );
  for (let squared = 0; squared < 4; squared++) coarse = binary(builder, "Mul", coarse, coarse);
  const finite = binary(builder, "Mul", binary(builder, "Mul", whole, fine), coarse);
  const infinite = float(Number.POSITIVE_INFINITY);
  const special = choose(builder, isEqual(mantissa, 0), infinite, float(Number.NaN));
  const size = choose(builder, isEqual(exponent, 255), special, finite);
  // ONNX Runtime's `Where` would lose the sign of zero.
  const negative = builder.cast(field(31, 1), "float32");
  const sign = binary(builder, "Add", binary(builder, "Mul", negative, float(-2)), float(1));
  return binary(builder, "Mul", size, sign);
}

/** `2^x` for `uint32` below 32. */
function powerOfTwo(builder: Builder, x: Tensor): Tensor {
  const operands = [builder.scalar(1, "uint32"), x];
  const power = builder.op("BitShift", operands, x.shape, "uint32", { direction: "LEFT" });
  return builder.cast(power, "float32");
}

/** The bits of numbers, `int64`; not-a-number gets those that JavaScript gives it. */
function bitsOfFloat(builder: Builder, x: Tensor): Tensor {
  const integer = (value: number) => builder.scalar(value, "int64");
  const infinite = builder.op("IsInf", [x], x.shape, "bool");
  const foreign = builder.op("IsNaN", [x], x.shape, "bool");
  const special = binary(builder, "Or", infinite, foreign);
  const size = unary(builder, "Abs", builder.cast(x, "float64"));
  const finite = choose(builder, special, builder.scalar(1, "float64"), size);
  const magnitude = choose(builder, infinite, integer(INFINITE_BITS), bitsOfSize(builder, finite));
  const signed = binary(builder, "Add", magnitude, integer(2 ** 31));
  const bits = choose(builder, isNegative(builder, x), signed, magnitude);
  return choose(builder, foreign, integer(NOT_A_NUMBER_BITS), bits);
}

/**
 * The bits of finite numbers `x >= 0` given as `float64`: with `e` the exponent of `x` they are those of
 * the integer `(e + 126) 2^23 + x 2^(23 - e)`, which holds for numbers below 2^-126 as well.
 */
function bitsOfSize(builder: Builder, x: Tensor): Tensor {
  const number = (value: number) => builder.scalar(value, "float64");
  // The logarithm of a power of two may come out just too small; no other number is as close to one.
  const logarithm = binary(builder, "Mul", unary(builder, "Log", x), number(Math.LOG2E));
  const exponent = unary(builder, "Floor", binary(builder, "Add", logarithm, number(1e-9)));
  const limits = [number(LEAST_EXPONENT), number(127)];
  const clipped = builder.op("Clip", [exponent, ...limits], x.shape, "float64");
  const place = builder.cast(binary(builder, "Sub", clipped, number(LEAST_EXPONENT)), "int64");
  const scales = Array.from(
    { length: 254 },
    (_, each) => 2 ** (MANTISSA_BITS - LEAST_EXPONENT - each),
  );
  const operands = [builder.constant(scales, [254], "float64"), place];
  const scale = builder.op("Gather", operands, x.shape, "float64", { axis: 0 });
  const mantissa = builder.cast(binary(builder, "Mul", x, scale), "int64");
  return binary(
    builder,
    "Add",
    binary(builder, "Mul", place, builder.scalar(MANTISSA, "int64")),
    mantissa,
  );
}

/** Whether the sign is negative, of zeros too: those have a reciprocal of that sign. */
function isNegative(builder: Builder, x: Tensor): Tensor {
  const zero = builder.scalar(0, "float32");
  const isZero = binary(builder, "Equal", x, zero, "bool");
  const signed = choose(builder, isZero, unary(builder, "Reciprocal", x), x);
  return binary(builder, "Less", signed, zero, "bool");
}
