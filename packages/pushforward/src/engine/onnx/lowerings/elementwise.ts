import type { Builder, Tensor, TensorType } from "../builder.ts";
import { broadcastShapes, isLiteral } from "../graph.ts";
import { type Lowering, type LoweringTable, resultType, wrapped } from "../lowering.ts";

/** An operator of one operand that keeps its type. */
function unary(type: string): Lowering {
  return (builder, [x]) => builder.op(type, [x], x.shape, x.type);
}

/** An operator of two operands that both take the result's type; `logical` where that is `bool`. */
function binary(type: string, logical: string): Lowering {
  return (builder, inputs, node) => {
    const result = resultType(node);
    const operands = inputs.map((x) => builder.cast(x, result));
    const shape = broadcastShapes(...inputs.map((x) => x.shape));
    const value = builder.op(result === "bool" ? logical : type, operands, shape, result);
    return wrapped(builder, value, node);
  };
}

/** The type in which values of two types are compared. */
function commonType(types: readonly TensorType[]): TensorType {
  if (types.includes("float32")) return "float32";
  if (types.includes("int64")) return "int64";
  return "int32";
}

const comparisons: Record<string, string> = {
  less: "Less",
  less_equal: "LessOrEqual",
  equal: "Equal",
  not_equal: "Equal",
};

const compare: Lowering = (builder, inputs, { params }) => {
  const common = commonType(inputs.map((x) => x.type));
  const operands = inputs.map((x) => builder.cast(x, common));
  const shape = broadcastShapes(...inputs.map((x) => x.shape));
  const op = params.op as string;
  const result = builder.op(comparisons[op], operands, shape, "bool");
  return op === "not_equal" ? builder.op("Not", [result], shape, "bool") : result;
};

const where: Lowering = (builder, [condition, x, y], node) => {
  const result = resultType(node);
  const operands = [condition, builder.cast(x, result), builder.cast(y, result)];
  const shape = broadcastShapes(condition.shape, x.shape, y.shape);
  return builder.op("Where", operands, shape, result);
};

/** ONNX Runtime 1.30 compares only the lower half of `int64` in its own minimum and maximum. */
function extreme(builder: Builder, [x, y]: readonly Tensor[], kind: "min" | "max"): Tensor {
  const shape = broadcastShapes(x.shape, y.shape);
  const [first, second] = [builder.cast(x, "int64"), builder.cast(y, "int64")];
  const ordered = kind === "min" ? [first, second] : [second, first];
  const firstWins = builder.op("Less", ordered, shape, "bool");
  return builder.op("Where", [firstWins, first, second], shape, "int64");
}

const min: Lowering = (builder, inputs, node) =>
  resultType(node) === "int64"
    ? extreme(builder, inputs, "min")
    : binary("Min", "And")(builder, inputs, node);

/** `max(x, 0)` can become a part of the product that makes `x`. */
const max: Lowering = (builder, inputs, node) => {
  if (resultType(node) === "int64") return extreme(builder, inputs, "max");
  const zero = node.inputs.findIndex((input) => isLiteral(input, 0));
  const x = inputs[1 - zero];
  if (zero < 0 || x.type !== "float32") return binary("Max", "Or")(builder, inputs, node);
  return builder.op("Relu", [x], x.shape, x.type);
};

const negate: Lowering = (builder, [x], node) =>
  wrapped(builder, builder.op("Neg", [x], x.shape, x.type), node);

/** To integers as jax-js rounds: towards zero. */
const cast: Lowering = (builder, [x], node) =>
  wrapped(builder, builder.cast(x, resultType(node)), node);

/** Entry by entry, with NumPy's broadcasting where there are several operands. */
export const elementwise: LoweringTable = {
  add: binary("Add", "Or"),
  sub: binary("Sub", "Xor"),
  mul: binary("Mul", "And"),
  div: binary("Div", "And"),
  min,
  max,
  neg: negate,
  abs: unary("Abs"),
  reciprocal: unary("Reciprocal"),
  floor: unary("Floor"),
  ceil: unary("Ceil"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  asin: unary("Asin"),
  atan: unary("Atan"),
  exp: unary("Exp"),
  log: unary("Log"),
  erf: unary("Erf"),
  sqrt: unary("Sqrt"),
  sigmoid: unary("Sigmoid"),
  stop_gradient: (_, [x]) => x,
  compare,
  where,
  cast,
};
