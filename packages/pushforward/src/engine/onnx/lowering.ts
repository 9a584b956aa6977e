import type { DType } from "../jax.ts";
import type { Builder, Tensor, TensorType } from "./builder.ts";
import type { Node } from "./graph.ts";

/**
 * Writes one node as ONNX operators and returns its outputs, with the shapes that the node states.
 *
 * Operands that are literals come as scalars. Unsigned 32-bit integers are held as `int64` in
 * 0 ... 2^32 - 1, for few ONNX operators take `uint32`.
 */
export type Lowering = (
  builder: Builder,
  inputs: readonly Tensor[],
  node: Node,
) => Tensor | readonly Tensor[];

export type LoweringTable = Readonly<Record<string, Lowering>>;

/** The ONNX type that holds values of a type of jax-js; undefined where there is none. */
export function tensorType(dtype: DType): TensorType | undefined {
  return tensorTypes[dtype];
}

const tensorTypes: Partial<Record<string, TensorType>> = {
  float32: "float32",
  int32: "int32",
  uint32: "int64",
  bool: "bool",
};

/** The ONNX type of a node's first output; {@link lower} has made sure that there is one. */
export function resultType(node: Node): TensorType {
  return tensorType(node.outputs[0].dtype) as TensorType;
}

/** Unsigned integers are held in a wider type: bring them back into their range. */
export function wrapped(builder: Builder, x: Tensor, node: Node): Tensor {
  if (node.outputs[0].dtype !== "uint32") return x;
  return builder.op("BitwiseAnd", [x, builder.scalar(2 ** 32 - 1, "int64")], x.shape, "int64");
}
