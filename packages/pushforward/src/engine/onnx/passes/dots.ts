import {
  broadcastShapes,
  entries,
  type Graph,
  type Node,
  node,
  type Operand,
  rewrite,
  sameExtents,
  type Variable,
  variable,
} from "../graph.ts";

/**
 * Write `dot`, the sum over the last axis of a broadcast product, as a matrix product: axes that only
 * one operand has become rows or columns, those that both have a batch of products. Where neither
 * operand has an axis of its own it is no matrix product and stays arithmetic.
 */
export function recognizeDots(graph: Graph): Graph {
  return rewrite(graph, (each, add) => {
    if (each.op !== "dot") return undefined;
    return [toProduct(each, add)];
  });
}

type Add = (made: Node) => Variable;

function toProduct({ inputs, outputs: [output] }: Node, add: Add): Operand {
  const { dtype } = output;
  const rank = Math.max(...inputs.map((x) => x.shape.length));
  const [x, y] = inputs.map((operand) => align(cast(operand, dtype, add), rank, add));
  // ONNX Runtime has matrix products of floats only.
  if (dtype !== "float32") return arithmetic(x, y, output, add);
  const last = rank - 1;
  if (x.shape[last] !== y.shape[last]) return contractLonger(x, y, output, add);
  const axes = Array.from({ length: last }, (_, axis) => axis);
  const batch = axes.filter((axis) => x.shape[axis] !== 1 && y.shape[axis] !== 1);
  const left = axes.filter((axis) => x.shape[axis] !== 1 && y.shape[axis] === 1);
  const right = axes.filter((axis) => x.shape[axis] === 1 && y.shape[axis] !== 1);
  if (left.length + right.length === 0 || x.shape[last] === 1) return arithmetic(x, y, output, add);
  const swap = right.length > 0 && (left.length === 0 || right[0] < left[0]);
  const [first, second] = swap ? [y, x] : [x, y];
  const [rows, columns] = swap ? [right, left] : [left, right];
  const product = multiply(first, second, { batch, rows, columns }, add);
  return restoreOrder(product, [...batch, ...rows, ...columns], output, add);
}

interface Roles {
  batch: number[];
  rows: number[];
  columns: number[];
}

/** `[...batch, ...rows, ...columns]` of the two operands. */
function multiply(x: Operand, y: Operand, { batch, rows, columns }: Roles, add: Add): Operand {
  const length = x.shape.at(-1) as number;
  const extents = (operand: Operand, axes: number[]) => axes.map((axis) => operand.shape[axis]);
  const [b, m, n] = [extents(x, batch), extents(x, rows), extents(y, columns)];
  const left = arrange(x, [...batch, ...rows], add);
  const right = arrange(y, [...batch, ...columns], add);
  const shape = [...b, ...m, ...n];
  const dtype = x.dtype;
  if (batch.length === 0) {
    const matrices = [
      reshape(left, [entries(m), length], add),
      reshape(right, [entries(n), length], add),
    ];
    const params = { transA: false, transB: true };
    const product = add(node("gemm", matrices, params, variable([entries(m), entries(n)], dtype)));
    return reshape(product, shape, add);
  }
  const count = entries(b);
  const columnsLast = transpose(reshape(right, [count, entries(n), length], add), [0, 2, 1], add);
  const operands = [reshape(left, [count, entries(m), length], add), columnsLast];
  const product = add(
    node("matmul", operands, {}, variable([count, entries(m), entries(n)], dtype)),
  );
  return reshape(product, shape, add);
}

/** The given axes and then the last one; all others have extent 1 and are dropped. */
function arrange(x: Operand, axes: number[], add: Add): Operand {
  const last = x.shape.length - 1;
  const present = x.shape.flatMap((extent, axis) => (extent !== 1 || axis === last ? [axis] : []));
  const squeezed = reshape(
    x,
    present.map((axis) => x.shape[axis]),
    add,
  );
  return transpose(
    squeezed,
    [...axes, last].map((axis) => present.indexOf(axis)),
    add,
  );
}

/** From the order of the product to that of the result, with its axes of extent 1. */
function restoreOrder(product: Operand, axes: number[], output: Variable, add: Add): Operand {
  const order = [...axes].sort((a, b) => a - b).map((axis) => axes.indexOf(axis));
  return reshape(transpose(product, order, add), output.shape, add);
}

function arithmetic(x: Operand, y: Operand, output: Variable, add: Add): Operand {
  const shape = broadcastShapes(x.shape, y.shape);
  const product = add(node("mul", [x, y], {}, variable(shape, output.dtype)));
  return sumLast(product, add);
}

/** One operand is repeated along the axis of the sum: sum the other one first. */
function contractLonger(x: Operand, y: Operand, output: Variable, add: Add): Operand {
  const last = x.shape.length - 1;
  const [one, longer] = x.shape[last] === 1 ? [x, y] : [y, x];
  const sum = sumLast(longer, add);
  const factor = reshape(one, one.shape.slice(0, -1), add);
  return add(node("mul", [factor, sum], {}, variable(output.shape, output.dtype)));
}

function sumLast(x: Operand, add: Add): Operand {
  const shape = x.shape.slice(0, -1);
  if (x.shape.at(-1) === 1) return reshape(x, shape, add);
  const params = { op: "Add", axis: [x.shape.length - 1] };
  return add(node("reduce", [x], params, variable(shape, x.dtype)));
}

/** jax-js multiplies in the type of the result. */
function cast(x: Operand, dtype: Operand["dtype"], add: Add): Operand {
  if (x.dtype === dtype) return x;
  return add(node("cast", [x], { dtype }, variable(x.shape, dtype)));
}

function align(x: Operand, rank: number, add: Add): Operand {
  return reshape(x, [...Array<number>(rank - x.shape.length).fill(1), ...x.shape], add);
}

function reshape(x: Operand, shape: readonly number[], add: Add): Operand {
  if (sameExtents(x.shape, shape)) return x;
  return add(node("reshape", [x], { shape }, variable(shape, x.dtype)));
}

function transpose(x: Operand, perm: number[], add: Add): Operand {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.shape[axis]);
  return add(node("transpose", [x], { perm }, variable(shape, x.dtype)));
}
