import type { Builder, Tensor } from "../builder.ts";
import { entries } from "../graph.ts";
import { type Lowering, type LoweringTable, wrapped } from "../lowering.ts";

const operators: Record<string, string> = {
  Add: "ReduceSum",
  Mul: "ReduceProd",
  Min: "ReduceMin",
  Max: "ReduceMax",
};

/** Longest axis that is summed by a product with ones. */
const LONGEST_PRODUCT = 64;

const reduce: Lowering = (builder, [x], node) => {
  const { params } = node;
  const axes = [...(params.axis as number[])].sort((a, b) => a - b);
  const kind = params.op as string;
  if (kind === "Add" && x.type === "float32" && axes.length === 1) {
    const product = sumByProduct(builder, x, axes[0]);
    if (product) return product;
  }
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  if (x.type === "bool") return reduceTruth(builder, x, axes, kind);
  const operands = [x, builder.integers(axes)];
  return wrapped(
    builder,
    builder.op(operators[kind], operands, shape, x.type, { keepdims: 0 }),
    node,
  );
};

/** `any` and `all`: ONNX reduces no truth values. */
function reduceTruth(builder: Builder, x: Tensor, axes: readonly number[], kind: string): Tensor {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const numbers = builder.cast(x, "int32");
  const any = kind === "Add" || kind === "Max";
  const operands = [numbers, builder.integers(axes)];
  const result = builder.op(any ? "ReduceMax" : "ReduceMin", operands, shape, "int32", {
    keepdims: 0,
  });
  return builder.cast(result, "bool");
}

/**
 * The sum over a short axis that is not the last as a matrix product with a row of ones: onnxruntime's
 * `ReduceSum` takes several times as long there.
 */
function sumByProduct(builder: Builder, x: Tensor, axis: number): Tensor | undefined {
  const extent = x.shape[axis];
  if (axis === x.shape.length - 1 || extent > LONGEST_PRODUCT || builder.isSymbolic(extent)) return;
  const before = x.shape.slice(0, axis);
  const after = x.shape.slice(axis + 1);
  const [outer, inner] = [entries(before), entries(after)];
  const ones = builder.constant(new Float32Array(extent).fill(1), [1, extent], "float32");
  const shape = outer === 1 ? [extent, inner] : [outer, extent, inner];
  const result = outer === 1 ? [1, inner] : [outer, 1, inner];
  const product = builder.op("MatMul", [ones, builder.reshape(x, shape)], result, "float32");
  return builder.reshape(product, [...before, ...after]);
}

export const reductions: LoweringTable = { reduce };
