import { EngineError } from "../../../core/errors.ts";
import type { Builder, Tensor } from "../builder.ts";
import { entries, type Node } from "../graph.ts";

/** From the first row or column to before the second. */
export type Range = readonly [number, number];

/**
 * The number of rows of a node's matrices, which are to be written out step by step.
 *
 * @throws EngineError when it is larger than `limit` or grows with the batch.
 */
export function checkOrder(builder: Builder, { op, inputs }: Node, limit: number): number {
  const extents = inputs[0].shape.slice(-2);
  const grows = extents.some(builder.isSymbolic);
  if (grows || Math.max(...extents) > limit) {
    const got = grows ? "one that grows with the number of rows" : extents.join(" x ");
    throw new EngineError(
      `onnx: \`${op}\` is written out for matrices up to ${limit} x ${limit}, got ${got}. ` +
        "Run the program on jax-js, or write it without.",
    );
  }
  return extents[0];
}

/** All leading axes as one. */
export function asBatch(builder: Builder, x: Tensor): Tensor {
  return builder.reshape(x, [entries(x.shape.slice(0, -2)), ...x.shape.slice(-2)]);
}

/** Some neighbouring rows and columns of each matrix of a batch. */
export function block(builder: Builder, x: Tensor, rows: Range, columns: Range): Tensor {
  return builder.slice(x, [[0, x.shape[0]], rows, columns]);
}

/** Exchange rows and columns of each matrix of a batch. */
export function mirror(builder: Builder, x: Tensor): Tensor {
  return builder.transpose(x, [0, 2, 1]);
}

export function matmul(builder: Builder, x: Tensor, y: Tensor): Tensor {
  const shape = [...x.shape.slice(0, -1), y.shape.at(-1) as number];
  return builder.op("MatMul", [x, y], shape, x.type);
}
