import type { HostData } from "../engine-array.ts";
import type { DType } from "../jax.ts";

/** The result of a node, or an input of the graph. */
export interface Variable {
  readonly kind: "variable";
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A scalar known while tracing. */
export interface Literal {
  readonly kind: "literal";
  readonly shape: readonly [];
  readonly dtype: DType;
  readonly value: number;
}

/** An array known while tracing. */
export interface Constant {
  readonly kind: "constant";
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: HostData;
}

/** What a node reads. */
export type Operand = Variable | Literal | Constant;

/** One application of a primitive of jax-js, or of one of those that the passes put in their place. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly Operand[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Variable[];
}

/** A traced program in single-assignment form: what the passes rewrite and the lowerings read. */
export interface Graph {
  readonly inputs: readonly Variable[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly Operand[];
  /**
   * The number that stands for the number of rows: extents that are multiples of it grow with the
   * batch. A prime, so that no other extent is one by chance.
   */
  readonly batch: number;
}

export function variable(shape: readonly number[], dtype: DType): Variable {
  return { kind: "variable", shape, dtype };
}

export function literal(value: number, dtype: DType): Literal {
  return { kind: "literal", shape: [], dtype, value };
}

/** A node with one output. */
export function node(
  op: string,
  inputs: readonly Operand[],
  params: Record<string, unknown>,
  output: Variable,
): Node {
  return { op, inputs, params, outputs: [output] };
}

export function isLiteral(operand: Operand | undefined, value?: number): operand is Literal {
  return operand?.kind === "literal" && (value === undefined || operand.value === value);
}

/** Number of entries. */
export function entries(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function sameExtents(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** The shape that NumPy's broadcasting gives. */
export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((extent, shape) => {
      const own = shape[axis - rank + shape.length] ?? 1;
      return own === 1 ? extent : own;
    }, 1),
  );
}

/** Which node made each variable. */
export function producersOf(graph: Graph): Map<Operand, Node> {
  return new Map(graph.nodes.flatMap((each) => each.outputs.map((output) => [output, each])));
}

/** How often each operand is read, by nodes and as an output. */
export function useCounts(graph: Graph): Map<Operand, number> {
  const counts = new Map<Operand, number>();
  const count = (operand: Operand) => counts.set(operand, (counts.get(operand) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(count);
  graph.outputs.forEach(count);
  return counts;
}

/**
 * Rebuild a graph node by node in its order. `visit` gets each node with its inputs already replaced,
 * adds what it wants through `add`, and returns what stands for the outputs from then on; nothing:
 * the node stays as it is. `current` tells what stands for an operand of the old graph.
 */
export function rewrite(
  graph: Graph,
  visit: (
    each: Node,
    add: (made: Node) => Variable,
    current: (operand: Operand) => Operand,
  ) => readonly Operand[] | undefined,
): Graph {
  const replaced = new Map<Operand, Operand>();
  const current = (operand: Operand) => replaced.get(operand) ?? operand;
  const nodes: Node[] = [];
  const add = (made: Node): Variable => {
    nodes.push(made);
    return made.outputs[0] as Variable;
  };
  for (const old of graph.nodes) {
    const inputs = old.inputs.map(current);
    const each = inputs.some((input, index) => input !== old.inputs[index])
      ? { ...old, inputs }
      : old;
    const results = visit(each, add, current);
    if (results) {
      old.outputs.forEach((output, index) => {
        replaced.set(output, results[index] as Operand);
      });
    } else {
      nodes.push(each);
    }
  }
  return { ...graph, nodes, outputs: graph.outputs.map(current) };
}
