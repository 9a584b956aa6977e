import type { Graph, Node, Operand } from "../graph.ts";

/** Remove nodes that no output depends on: ONNX Runtime would run them. */
export function removeDeadCode(graph: Graph): Graph {
  const live = new Set<Operand>(graph.outputs);
  const nodes: Node[] = [];
  for (const each of graph.nodes.toReversed()) {
    if (!each.outputs.some((output) => live.has(output))) continue;
    nodes.push(each);
    for (const input of each.inputs) live.add(input);
  }
  return { ...graph, nodes: nodes.reverse() };
}
