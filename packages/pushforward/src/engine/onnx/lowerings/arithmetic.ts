import type { Builder, Tensor, TensorType } from "../builder.ts";
import { broadcastShapes } from "../graph.ts";

/** An operator of one operand that keeps its shape and type. */
export function unary(builder: Builder, type: string, x: Tensor): Tensor {
  return builder.op(type, [x], x.shape, x.type);
}

/** An operator of two operands that broadcast. */
export function binary(
  builder: Builder,
  type: string,
  x: Tensor,
  y: Tensor,
  result: TensorType = x.type,
): Tensor {
  return builder.op(type, [x, y], broadcastShapes(x.shape, y.shape), result);
}

/** `x` where the condition holds, `y` elsewhere. */
export function choose(builder: Builder, condition: Tensor, x: Tensor, y: Tensor): Tensor {
  const shape = broadcastShapes(condition.shape, x.shape, y.shape);
  return builder.op("Where", [condition, x, y], shape, x.type);
}
