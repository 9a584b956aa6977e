import { multipleOfRows, shareOfRows } from "../any-rows.ts";
import {
  type Constant,
  type Graph,
  type Literal,
  literal,
  type Node,
  node,
  type Operand,
  type Variable,
  variable,
} from "../graph.ts";

/**
 * Write what is known while tracing so that it holds for any number of rows: constants whose entries
 * are all equal as broadcast scalars, row numbers as `iota`, numbers that can only be the number of
 * rows or one over it as `extent`.
 */
export function simplifyConstants(graph: Graph): Graph {
  const made: Node[] = [];
  const replaced = new Map<Operand, Operand>();
  const add = (each: Node): Variable => {
    made.push(each);
    return each.outputs[0];
  };
  const simplified = (operand: Operand): Operand => {
    const known = replaced.get(operand);
    if (known) return known;
    const result = simplify(operand, graph.batch, add) ?? operand;
    replaced.set(operand, result);
    return result;
  };
  const nodes = graph.nodes.map((each) => ({ ...each, inputs: each.inputs.map(simplified) }));
  const outputs = graph.outputs.map(simplified);
  return { ...graph, nodes: [...made, ...nodes], outputs };
}

type Add = (made: Node) => Variable;

function simplify(operand: Operand, batch: number, add: Add): Operand | undefined {
  if (operand.kind === "literal") return numberOfRows(operand, batch, add);
  return operand.kind === "constant" ? simplifyArray(operand, batch, add) : undefined;
}

function simplifyArray(
  { data, shape, dtype }: Constant,
  batch: number,
  add: Add,
): Operand | undefined {
  const output = variable(shape, dtype);
  // Unlike `===`, this tells -0 from 0 and takes NaN for equal to itself.
  if (data.length > 0 && data.every((value) => Object.is(value, data[0]))) {
    const axis = shape.map((_, index) => index);
    const value = literal(data[0], dtype);
    const scalar = numberOfRows(value, batch, add) ?? value;
    return add(node("broadcast", [scalar], { shape, axis }, output));
  }
  const growing = shape.findIndex((extent) => extent % batch === 0);
  if (growing < 0 || shape.some((extent, axis) => axis !== growing && extent !== 1))
    return undefined;
  const counts = data.every((value, index) => value === index);
  return counts ? add(node("iota", [], { shape }, output)) : undefined;
}

/** `k n` and `1 / (k n)`, n the number of rows, which means and their gradients bring. */
function numberOfRows({ value, dtype }: Literal, batch: number, add: Add): Operand | undefined {
  const count = (extent: number) => add(node("extent", [], { extent }, variable([], dtype)));
  if (multipleOfRows(value, batch) !== undefined) return count(value);
  const share = shareOfRows(value, batch);
  if (share === undefined) return undefined;
  return add(node("reciprocal", [count(share * batch)], {}, variable([], dtype)));
}
