import {
  type Graph,
  type Node,
  node,
  type Operand,
  producersOf,
  sameExtents,
  useCounts,
} from "../graph.ts";

/**
 * Let a matrix product add what is added to it alone, `gemm(a, b) + c`, and a convolution what is added to its
 * feature maps, a number to each: that is one operator.
 */
export function absorbBias(graph: Graph): Graph {
  const producers = producersOf(graph);
  const uses = useCounts(graph);
  const nodes = graph.nodes.map((each): Node => {
    if (each.op !== "add") return each;
    for (const [product, bias] of [each.inputs, each.inputs.toReversed()]) {
      const source = producers.get(product);
      const isFree = source?.inputs.length === 2 && uses.get(product) === 1;
      // What leaves the shape of the product as it is broadcasts to it.
      const fits = bias.dtype === "float32" && sameExtents(product.shape, each.outputs[0].shape);
      const takes = source?.op === "gemm" || (source?.op === "conv" && isPerFeature(source, bias));
      if (source && isFree && fits && takes) {
        return node(source.op, [...source.inputs, bias], source.params, each.outputs[0]);
      }
    }
    return each;
  });
  return { ...graph, nodes };
}

/** Whether an operand has one number for each feature map, `[features, 1, 1]`, and there is one kernel only. */
function isPerFeature({ params, outputs: [output] }: Node, { shape }: Operand): boolean {
  const [, features, ...space] = output.shape;
  return params.vmapDims === 0 && sameExtents(shape, [features, ...space.map(() => 1)]);
}
