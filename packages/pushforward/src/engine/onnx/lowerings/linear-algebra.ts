import type { Builder, Tensor } from "../builder.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";
import { binary, choose, unary } from "./arithmetic.ts";
import { jacobiEigh } from "./eigenvectors.ts";
import { asBatch, block, checkOrder, matmul, mirror, type Range } from "./matrices.ts";

/**
 * ONNX has no operators for what is below: it is written out step by step for the size of the matrix,
 * for all matrices of a batch at once, in some 6 (solve) to 25 (LU) operators per row.
 */
const LARGEST_ORDER = 64;

/**
 * `x` in `a x^T = b^T` for upper triangular `a`, `[...batch, n, n]`, and `b`, `[...batch, m, n]`. What is
 * below the diagonal is not read, nor is the diagonal where it is said to be one.
 */
const triangularSolve: Lowering = (builder, [a, b], node) => {
  checkOrder(builder, node, LARGEST_ORDER);
  const columns = mirror(builder, asBatch(builder, b));
  const unit = node.params.unitDiagonal as boolean;
  const solution = solveUpper(builder, asBatch(builder, a), columns, unit);
  return builder.reshape(mirror(builder, solution), b.shape);
};

/** Back substitution by halves: `a` is `[batch, n, n]`, `b` and the solution are `[batch, n, m]`. */
function solveUpper(builder: Builder, a: Tensor, b: Tensor, unit: boolean): Tensor {
  const order = a.shape[1];
  if (order === 1) return unit ? b : binary(builder, "Div", b, a);
  const half = order >> 1;
  const [top, bottom]: Range[] = [
    [0, half],
    [half, order],
  ];
  const [upper, lower] = builder.split(b, 1, [half, order - half]);
  const second = solveUpper(builder, block(builder, a, bottom, bottom), lower, unit);
  const known = matmul(builder, block(builder, a, top, bottom), second);
  const rest = binary(builder, "Sub", upper, known);
  const first = solveUpper(builder, block(builder, a, top, top), rest, unit);
  return builder.concat([first, second], 1);
}

/** Lower triangular `L` with `L L^T = a`, column by column; only `a`'s lower triangle is read. */
const cholesky: Lowering = (builder, [a], node) => {
  const order = checkOrder(builder, node, LARGEST_ORDER);
  const columns: Tensor[] = [];
  let rest = asBatch(builder, a);
  for (let step = 0; step < order; step++) {
    const column = firstColumn(builder, rest);
    const widths: Range[] = [
      [0, 0],
      [step, 0],
      [0, 0],
    ];
    columns.push(builder.pad(column, widths));
    const size = order - step;
    if (size === 1) break;
    const below = block(builder, column, [1, size], [0, 1]);
    const square = binary(builder, "Mul", below, mirror(builder, below));
    rest = binary(builder, "Sub", block(builder, rest, [1, size], [1, size]), square);
  }
  return builder.reshape(builder.concat(columns, 2), a.shape);
};

/** The first column of the factor of what is left. */
function firstColumn(builder: Builder, rest: Tensor): Tensor {
  const size = rest.shape[1];
  const diagonal = unary(builder, "Sqrt", block(builder, rest, [0, 1], [0, 1]));
  if (size === 1) return diagonal;
  const below = block(builder, rest, [1, size], [0, 1]);
  return builder.concat([diagonal, binary(builder, "Div", below, diagonal)], 1);
}

/**
 * `L` below and `U` above the diagonal of one matrix, `P a = L U`; the rows that each step exchanged;
 * and the permutation that they amount to. The pivot is the first entry of largest size.
 */
const lu: Lowering = (builder, [a], node) => {
  checkOrder(builder, node, LARGEST_ORDER);
  let matrix = asBatch(builder, a);
  const [batch, rows, columns] = matrix.shape;
  let permutation = builder.expand(builder.reshape(builder.range(rows), [1, rows]), [batch, rows]);
  const pivots: Tensor[] = [];
  for (let step = 0; step < Math.min(rows, columns); step++) {
    const pivot = pivotRow(builder, matrix, step);
    const order = exchange(builder, step, pivot, rows);
    const places = builder.reshape(order, [batch, rows, 1]);
    const ordered = builder.op("GatherND", [matrix, places], matrix.shape, "float32", {
      batch_dims: 1,
    });
    permutation = builder.op("GatherElements", [permutation, order], [batch, rows], "int64", {
      axis: 1,
    });
    matrix = eliminate(builder, ordered, step);
    pivots.push(pivot);
  }
  const integers = [builder.concat(pivots, 1), permutation];
  const results = [matrix, ...integers.map((x) => builder.cast(x, "int32"))];
  return results.map((result, index) => builder.reshape(result, node.outputs[index].shape));
};

/** The row of the largest entry of a column, at or below the diagonal: `int64[batch, 1]`. */
function pivotRow(builder: Builder, matrix: Tensor, step: number): Tensor {
  const [batch, rows] = matrix.shape;
  const column = unary(builder, "Abs", block(builder, matrix, [step, rows], [step, step + 1]));
  const largest = builder.op("ArgMax", [column], [batch, 1, 1], "int64", { axis: 1 });
  const below = builder.scalar(step, "int64");
  return binary(builder, "Add", builder.reshape(largest, [batch, 1]), below);
}

/** `0, 1, ...` with two numbers exchanged: `int64[batch, count]`. */
function exchange(builder: Builder, first: number, second: Tensor, count: number): Tensor {
  const numbers = builder.reshape(builder.range(count), [1, count]);
  const isAt = (place: Tensor) => binary(builder, "Equal", numbers, place, "bool");
  const one = builder.scalar(first, "int64");
  const other = choose(builder, isAt(second), one, numbers);
  return choose(builder, isAt(one), second, other);
}

/** Subtract multiples of a row from those below it, and leave the factors in its pivot's column. */
function eliminate(builder: Builder, matrix: Tensor, step: number): Tensor {
  const [, rows, columns] = matrix.shape;
  if (step === rows - 1) return matrix;
  const here: Range = [step, step + 1];
  const [above, below] = builder.split(matrix, 1, [step + 1, rows - step - 1]);
  const all: Range = [0, rows - step - 1];
  const pivot = block(builder, above, here, here);
  // A pivot of zero has only zeros below it.
  const zero = binary(builder, "Equal", pivot, builder.scalar(0, "float32"), "bool");
  const divisor = choose(builder, zero, builder.scalar(1, "float32"), pivot);
  const factors = binary(builder, "Div", block(builder, below, all, here), divisor);
  const parts = step === 0 ? [factors] : [block(builder, below, all, [0, step]), factors];
  if (step < columns - 1) {
    const right: Range = [step + 1, columns];
    const multiples = binary(builder, "Mul", factors, block(builder, above, here, right));
    parts.push(binary(builder, "Sub", block(builder, below, all, right), multiples));
  }
  return builder.concat([above, builder.concat(parts, 2)], 1);
}

/** Decompositions of matrices and triangular systems. */
export const linearAlgebra: LoweringTable = {
  triangular_solve: triangularSolve,
  cholesky,
  lu,
  jacobi_eigh: jacobiEigh,
};
