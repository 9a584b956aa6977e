import { type Graph, type Node, type Operand, useCounts, type Variable } from "../graph.ts";

/**
 * Join a split with the split that alone reads one of its parts: jax-js makes eight parts at a time,
 * so that cutting one long vector into many copies most of it again and again.
 */
export function joinSplits(graph: Graph): Graph {
  const uses = useCounts(graph);
  const makers = new Map<Operand, number>();
  const nodes: Node[] = [];
  for (const each of graph.nodes) {
    const index = each.op === "split" ? makers.get(each.inputs[0]) : undefined;
    const outer = index === undefined ? undefined : nodes[index];
    const joins = outer?.params.axis === each.params.axis && uses.get(each.inputs[0]) === 1;
    if (outer && index !== undefined && joins) {
      nodes[index] = joined(outer, each);
      for (const output of each.outputs) makers.set(output, index);
      continue;
    }
    if (each.op === "split") for (const output of each.outputs) makers.set(output, nodes.length);
    nodes.push(each);
  }
  return { ...graph, nodes };
}

function joined(outer: Node, inner: Node): Node {
  const at = outer.outputs.indexOf(inner.inputs[0] as Variable);
  const sizes = (outer.params.sizes as number[]).toSpliced(
    at,
    1,
    ...(inner.params.sizes as number[]),
  );
  return {
    ...outer,
    params: { ...outer.params, sizes },
    outputs: outer.outputs.toSpliced(at, 1, ...inner.outputs),
  };
}
