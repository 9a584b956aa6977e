import type { DType } from "../../jax.ts";
import type { Builder, Tensor } from "../builder.ts";
import { broadcastShapes, isLiteral, type Node } from "../graph.ts";
import { type Lowering, type LoweringTable, resultType } from "../lowering.ts";
import { binary, choose, unary } from "./arithmetic.ts";
import { bitcast } from "./bitcast.ts";
import { bitsOf, shiftRight } from "./bits.ts";
import { randomBits } from "./random-bits.ts";

/** Quotients rounded towards zero. Of integers and zero there is none: ONNX Runtime stops, as jax-js does. */
const idiv: Lowering = (builder, inputs, node) => {
  const [x, y] = operandsOf(builder, inputs, node);
  if (x.type === "float32") return quotient(builder, x, y, node);
  const [{ dtype }] = node.outputs;
  const [, divisor] = node.inputs;
  const known = isLiteral(divisor) ? convert(divisor.value, dtype) : undefined;
  if (dtype === "int32" && known !== undefined && known > 0) return binary(builder, "Div", x, y);
  if (dtype === "uint32" && known !== undefined && Number.isInteger(Math.log2(known))) {
    // A division of `int64` takes six times as long.
    return builder.cast(shiftRight(builder, bitsOf(builder, x), Math.log2(known)), x.type);
  }
  // In `int32`, -2^31 by -1 ends the process.
  const wide = [x, y].map((operand) => builder.cast(operand, "int64"));
  return builder.cast(binary(builder, "Div", wide[0], wide[1]), x.type);
};

/** `trunc(x / y)`. */
function quotient(builder: Builder, x: Tensor, y: Tensor, node: Node): Tensor {
  const ratio = isLiteral(node.inputs[1], 1) ? x : binary(builder, "Div", x, y);
  const negative = binary(builder, "Less", ratio, builder.scalar(0, "float32"), "bool");
  return choose(builder, negative, unary(builder, "Ceil", ratio), unary(builder, "Floor", ratio));
}

/** Remainders with the sign of the dividend: `x - trunc(x / y) y`. */
const mod: Lowering = (builder, inputs, node) => {
  const [x, y] = operandsOf(builder, inputs, node);
  if (x.type === "float32") {
    const multiple = binary(builder, "Mul", quotient(builder, x, y, node), y);
    return binary(builder, "Sub", x, multiple);
  }
  const shape = broadcastShapes(x.shape, y.shape);
  return builder.op("Mod", [x, y], shape, x.type, { fmod: 1 });
};

const combinations: Record<string, [integer: string, logical: string]> = {
  and: ["BitwiseAnd", "And"],
  or: ["BitwiseOr", "Or"],
  xor: ["BitwiseXor", "Xor"],
};

const bitCombine: Lowering = (builder, inputs, node) => {
  const [x, y] = operandsOf(builder, inputs, node);
  const [integer, logical] = combinations[node.params.op as string];
  return binary(builder, x.type === "bool" ? logical : integer, x, y);
};

/** Shifts by the distance modulo 32; zeros come in on both sides. */
const bitShift: Lowering = (builder, [x, y], node) => {
  const last = builder.scalar(31, "int64");
  const distance = binary(builder, "BitwiseAnd", builder.cast(y, "int64"), last);
  const operands = [bitsOf(builder, x), builder.cast(distance, "uint32")];
  const direction = node.params.op === "shl" ? "LEFT" : "RIGHT";
  const shape = broadcastShapes(x.shape, y.shape);
  const shifted = builder.op("BitShift", operands, shape, "uint32", { direction });
  return builder.cast(shifted, x.type);
};

/** Number of ones, byte by byte from a table. */
const bitCount: Lowering = (builder, [x]) => {
  const ones = Array.from(
    { length: 256 },
    (_, byte) => byte.toString(2).replaceAll("0", "").length,
  );
  const table = builder.constant(ones, [256], "int32");
  const bytes = [0, 8, 16, 24].map((distance) => {
    const shifted = shiftRight(builder, bitsOf(builder, x), distance);
    const byte = binary(builder, "BitwiseAnd", shifted, builder.scalar(255, "uint32"));
    return builder.op("Gather", [table, builder.cast(byte, "int32")], x.shape, "int32", {
      axis: 0,
    });
  });
  return bytes.reduce((sum, count) => binary(builder, "Add", sum, count));
};

/** The operands of a node in the type of its result. */
function operandsOf(builder: Builder, inputs: readonly Tensor[], node: Node): Tensor[] {
  const type = resultType(node);
  return inputs.map((x, index) => {
    const source = node.inputs[index];
    if (!isLiteral(source)) return builder.cast(x, type);
    return builder.scalar(convert(source.value, node.outputs[0].dtype), type);
  });
}

/** A number in a type; as an integer, the nearest one that the type has. */
function convert(value: number, dtype: DType): number {
  if (dtype === "int32") return clamp(Math.trunc(value), -(2 ** 31), 2 ** 31 - 1);
  if (dtype === "uint32") return clamp(Math.trunc(value), 0, 2 ** 32 - 1);
  return dtype === "bool" ? Number(value !== 0) : value;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Integer arithmetic, and numbers as bits. */
export const integers: LoweringTable = {
  idiv,
  mod,
  bit_combine: bitCombine,
  bit_shift: bitShift,
  bit_count: bitCount,
  bitcast,
  random_bits: randomBits,
};
