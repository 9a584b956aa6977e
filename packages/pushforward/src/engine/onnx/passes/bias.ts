import { type Graph, type Node, node, producersOf, sameExtents, useCounts } from "../graph.ts";

/** Let a matrix product add what is added to it alone: `gemm(a, b) + c` is one operator. */
export function absorbBias(graph: Graph): Graph {
  const producers = producersOf(graph);
  const uses = useCounts(graph);
  const nodes = graph.nodes.map((each): Node => {
    if (each.op !== "add") return each;
    for (const [product, bias] of [each.inputs, each.inputs.toReversed()]) {
      const source = producers.get(product);
      const isFree = source?.op === "gemm" && source.inputs.length === 2 && uses.get(product) === 1;
      // What leaves the shape of the product as it is broadcasts to it.
      const fits = bias.dtype === "float32" && sameExtents(product.shape, each.outputs[0].shape);
      if (source && isFree && fits) {
        return node("gemm", [...source.inputs, bias], source.params, each.outputs[0]);
      }
    }
    return each;
  });
  return { ...graph, nodes };
}
