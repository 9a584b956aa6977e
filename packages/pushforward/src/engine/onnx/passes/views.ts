import {
  type Graph,
  type Node,
  node,
  type Operand,
  sameExtents,
  useCounts,
  type Variable,
  variable,
} from "../graph.ts";
import { removeDeadCode } from "./dead-code.ts";

type Add = (made: Node) => Variable;

/**
 * Collapse chains of reshapes, transposes and concatenations, and let matrix products and sums read
 * and write transposed matrices as they lie.
 *
 * Transposes act on axes longer than 1 only: the others are dropped by a reshape before and put back
 * by one after, where they merge with the reshapes that are there already.
 */
export function collapseViews(graph: Graph): Graph {
  // Once the views that were collapsed are gone, more products are read by a single transpose.
  return collapse(removeDeadCode(collapse(graph)));
}

function collapse(graph: Graph): Graph {
  const replaced = new Map<Operand, Operand>();
  const producers = new Map<Operand, Node>();
  const nodes: Node[] = [];
  const current = (operand: Operand) => replaced.get(operand) ?? operand;
  const add: Add = (made) => {
    nodes.push(made);
    for (const output of made.outputs) producers.set(output, made);
    return made.outputs[0];
  };
  const readers = useCounts(graph);
  // What stands for no operand of the old graph is read by what it was made for.
  const views = createViews(producers, (operand) => (readers.get(operand) ?? 1) === 1, add);
  for (const old of graph.nodes) {
    const each = { ...old, inputs: old.inputs.map(current) };
    const rule = views[each.op as keyof typeof views];
    const [output] = old.outputs;
    const result = rule ? rule(each) : add(each);
    if (result === output) continue;
    replaced.set(output, result);
    readers.set(result, (readers.get(result) ?? 0) + (readers.get(output) ?? 0));
  }
  return { ...graph, nodes, outputs: graph.outputs.map(current) };
}

function createViews(
  producers: ReadonlyMap<Operand, Node>,
  isReadOnce: (operand: Operand) => boolean,
  add: Add,
) {
  const source = (operand: Operand, op: string) => {
    const made = producers.get(operand);
    return made?.op === op ? made : undefined;
  };

  function reshape(x: Operand, shape: readonly number[]): Operand {
    if (sameExtents(x.shape, shape)) return x;
    const inner = source(x, "reshape");
    if (inner) return reshape(inner.inputs[0], shape);
    return add(node("reshape", [x], { shape }, variable(shape, x.dtype)));
  }

  function transpose(x: Operand, perm: readonly number[]): Operand {
    const shape = perm.map((axis) => x.shape[axis]);
    const moved = perm.filter((axis) => x.shape[axis] !== 1);
    const sorted = [...moved].sort((a, b) => a - b);
    if (sameExtents(moved, sorted)) return reshape(x, shape);
    const squeezed = reshape(
      x,
      sorted.map((axis) => x.shape[axis]),
    );
    const order = moved.map((axis) => sorted.indexOf(axis));
    return reshape(transposeProper(squeezed, order), shape);
  }

  /** Transpose an operand without axes of extent 1. */
  function transposeProper(x: Operand, perm: readonly number[]): Operand {
    const inner = source(x, "transpose");
    if (inner) {
      const before = inner.params.perm as number[];
      const both = perm.map((axis) => before[axis]);
      return transpose(inner.inputs[0], both);
    }
    const product = source(x, "gemm");
    if (product?.inputs.length === 2 && isReadOnce(x)) {
      const [a, b] = product.inputs;
      const { transA, transB } = product.params;
      const shape = [x.shape[1], x.shape[0]];
      const params = { transA: !transB, transB: !transA };
      return add(node("gemm", [b, a], params, variable(shape, x.dtype)));
    }
    const shape = perm.map((axis) => x.shape[axis]);
    return add(node("transpose", [x], { perm }, variable(shape, x.dtype)));
  }

  function gemm(each: Node): Operand {
    const [a, transA] = untransposed(each.inputs[0], each.params.transA as boolean);
    const [b, transB] = untransposed(each.inputs[1], each.params.transB as boolean);
    const bias = each.inputs.slice(2);
    return add(node("gemm", [a, b, ...bias], { transA, transB }, each.outputs[0]));
  }

  function untransposed(x: Operand, flag: boolean): [Operand, boolean] {
    const inner = source(x, "transpose");
    return inner ? [inner.inputs[0], !flag] : [x, flag];
  }

  /** Sum over the axes as they lie before a transpose, where those that stay keep their order. */
  function reduce(each: Node): Operand {
    const inner = source(each.inputs[0], "transpose");
    const perm = inner?.params.perm as number[] | undefined;
    const axis = each.params.axis as number[];
    const kept = perm?.filter((_, index) => !axis.includes(index)) ?? [];
    const ordered = kept.every((own, index) => index === 0 || own > kept[index - 1]);
    if (!inner || !perm || !ordered) return add(each);
    const params = { ...each.params, axis: axis.map((index) => perm[index]) };
    return add(node("reduce", inner.inputs, params, each.outputs[0]));
  }

  function concatenate(each: Node): Operand {
    const parts = each.inputs.flatMap((input) => {
      const inner = source(input, "concatenate");
      return inner && inner.params.axis === each.params.axis ? inner.inputs : [input];
    });
    return add({ ...each, inputs: parts });
  }

  return {
    reshape: (each: Node) => reshape(each.inputs[0], each.outputs[0].shape),
    transpose: (each: Node) => transpose(each.inputs[0], each.params.perm as number[]),
    gemm,
    reduce,
    concatenate,
  };
}
