import type { Builder, Tensor } from "../builder.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";
import { choose } from "./arithmetic.ts";

/**
 * The entries along the last axis in ascending order, not-a-number last, and where each one came from;
 * equal entries keep their order.
 */
const argsort: Lowering = (builder, [x]) => {
  const keys = sortKeys(builder, x);
  const length = builder.extents(x.shape.slice(-1));
  const results = [
    { shape: x.shape, type: keys.type },
    { shape: x.shape, type: "int64" as const },
  ];
  const attributes = { axis: -1, largest: 0, sorted: 1 };
  const [sorted, order] = builder.ops("TopK", [keys, length], results, attributes);
  const values =
    keys === x ? sorted : builder.op("GatherElements", [x, order], x.shape, x.type, { axis: -1 });
  return [values, builder.cast(order, "int32")];
};

/**
 * Numbers in the order of the entries, of a type that `TopK` takes. It leaves the order open where
 * entries are not numbers: they become infinite, and infinity a number above all of `float32`.
 */
function sortKeys(builder: Builder, x: Tensor): Tensor {
  if (x.type === "bool") return builder.cast(x, "int32");
  if (x.type !== "float32") return x;
  const number = (value: number) => builder.scalar(value, "float64");
  const infinite = builder.op("IsInf", [x], x.shape, "bool", { detect_negative: 0 });
  const finite = choose(builder, infinite, number(1e300), builder.cast(x, "float64"));
  const foreign = builder.op("IsNaN", [x], x.shape, "bool");
  return choose(builder, foreign, number(Number.POSITIVE_INFINITY), finite);
}

/** Order along the last axis. */
export const sorting: LoweringTable = {
  argsort,
  sort: (builder, inputs, node) => [argsort(builder, inputs, node)].flat()[0],
};
