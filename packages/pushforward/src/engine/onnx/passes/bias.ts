import {
  type Graph,
  type Node,
  node,
  type Operand,
  producersOf,
  sameExtents,
  useCounts,
} from "../graph.ts";

/** Let a matrix product add what is added to it alone: `gemm(a, b) + c` is one operator. */
export function absorbBias(graph: Graph): Graph {
  const producers = producersOf(graph);
  const uses = useCounts(graph);
  const nodes = graph.nodes.map((each): Node => {
    if (each.op !== "add") return each;
    for (const [product, bias] of [each.inputs, each.inputs.toReversed()]) {
      const source = producers.get(product);
      const free = source?.op === "gemm" && source.inputs.length === 2 && uses.get(product) === 1;
      if (!source || !free || !broadcastsTo(bias, each.outputs[0].shape)) continue;
      if (!sameExtents(product.shape, each.outputs[0].shape)) continue;
      return node("gemm", [...source.inputs, bias], source.params, each.outputs[0]);
    }
    return each;
  });
  return { ...graph, nodes };
}

function broadcastsTo({ shape, dtype }: Operand, target: readonly number[]): boolean {
  const offset = target.length - shape.length;
  return (
    dtype === "float32" &&
    offset >= 0 &&
    shape.every((extent, axis) => extent === 1 || extent === target[axis + offset])
  );
}
