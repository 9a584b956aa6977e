import type { Lowering, LoweringTable } from "../lowering.ts";
import { resultType } from "../lowering.ts";

/** An extent, which may depend on the number of rows, as a scalar. */
const extent: Lowering = (builder, _, node) => {
  const value = builder.extents([node.params.extent as number]);
  return builder.cast(builder.reshape(value, []), resultType(node));
};

/** `0, 1, 2, ...` along the one axis of the shape that is not 1. */
const iota: Lowering = (builder, _, node) => {
  const shape = node.params.shape as number[];
  const length = shape.reduce((product, each) => product * each, 1);
  return builder.cast(builder.reshape(builder.range(length), shape), resultType(node));
};

/** Numbers that tell how many rows there are. */
export const extents: LoweringTable = { extent, iota };
