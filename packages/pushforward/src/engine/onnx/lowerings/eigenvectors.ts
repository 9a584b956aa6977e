import type { Builder, Tensor } from "../builder.ts";
import type { Lowering } from "../lowering.ts";
import { binary, choose, unary } from "./arithmetic.ts";
import { asBatch, checkOrder, matmul, mirror } from "./matrices.ts";

/** Each sweep takes some 70 operators per row. */
const LARGEST_ORDER = 8;

/** Jacobi's method converges quadratically: matrices of that size need five to seven sweeps. */
const MOST_SWEEPS = 10;

/** A matrix on its way to a diagonal one, and the product of the rotations that took it there. */
interface Rotated {
  readonly matrix: Tensor;
  readonly vectors: Tensor;
}

/** Two rows that a rotation mixes, the smaller number first. */
type Pair = readonly [number, number];

/**
 * Eigenvalues, on the diagonal of the first result, and eigenvectors, the columns of the second, by
 * Jacobi's rotations in the order of jax-js, row by row, but those that touch different rows at once.
 * Only the lower triangle is read.
 */
export const jacobiEigh: Lowering = (builder, [x], node) => {
  const order = checkOrder(builder, node, LARGEST_ORDER);
  const given = asBatch(builder, x);
  const lower = triangle(builder, order, (row, column) => row >= column);
  const start = choose(builder, lower, given, mirror(builder, given));
  const threshold = convergence(builder, start, node.params.tolerance as number);
  let state: Rotated = {
    matrix: start,
    vectors: builder.expand(identity(builder, order), start.shape),
  };
  const sweeps = Math.min(node.params.maxSweeps as number, MOST_SWEEPS);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const active = binary(builder, "Greater", offDiagonal(builder, state), threshold, "bool");
    for (const pairs of rounds(order)) state = rotate(builder, state, pairs, active);
  }
  const diagonal = choose(builder, lower, state.matrix, builder.scalar(0, "float32"));
  return [diagonal, state.vectors].map((result) => builder.reshape(result, x.shape));
};

/**
 * The pairs of a sweep in runs of disjoint ones. Pairs with a row in common keep their order: of those
 * it is the sum that grows row by row.
 */
function rounds(order: number): Pair[][] {
  const pairs = Array.from({ length: order }, (_, p) =>
    Array.from({ length: order - p - 1 }, (_, step): Pair => [p, p + step + 1]),
  ).flat();
  const sums = [...new Set(pairs.map(([p, q]) => p + q))].sort((a, b) => a - b);
  return sums.map((sum) => pairs.filter(([p, q]) => p + q === sum));
}

/** The size below which entries off the diagonal count as zero: `[batch, 1]`. */
function convergence(builder: Builder, matrix: Tensor, tolerance: number): Tensor {
  const one = builder.scalar(1, "float32");
  const scale = binary(builder, "Max", largestSize(builder, matrix), one);
  return binary(builder, "Mul", scale, builder.scalar(tolerance, "float32"));
}

function offDiagonal(builder: Builder, { matrix }: Rotated): Tensor {
  const below = triangle(builder, matrix.shape[1], (row, column) => row > column);
  return largestSize(builder, choose(builder, below, matrix, builder.scalar(0, "float32")));
}

function largestSize(builder: Builder, matrix: Tensor): Tensor {
  const operands = [unary(builder, "Abs", matrix), builder.integers([1, 2])];
  const [batch] = matrix.shape;
  return builder.reshape(builder.op("ReduceMax", operands, [batch, 1, 1], "float32"), [batch, 1]);
}

/** `J^T A J` and `V J`, where `J` rotates each pair of rows so that their common entry vanishes. */
function rotate(
  builder: Builder,
  { matrix, vectors }: Rotated,
  pairs: readonly Pair[],
  active: Tensor,
): Rotated {
  const order = matrix.shape[1];
  const tangent = tangents(builder, matrix, pairs, active);
  const one = builder.scalar(1, "float32");
  const secant = unary(builder, "Sqrt", plusSquare(builder, one, tangent));
  const cosine = unary(builder, "Reciprocal", secant);
  const sine = binary(builder, "Mul", tangent, cosine);
  const angles = builder.concat([binary(builder, "Sub", cosine, one), sine], 1);
  const changes = matmul(builder, angles, rotationBasis(builder, order, pairs));
  const change = builder.reshape(changes, matrix.shape);
  const rotation = binary(builder, "Add", change, identity(builder, order));
  const half = matmul(builder, mirror(builder, rotation), matrix);
  return {
    matrix: matmul(builder, half, rotation),
    vectors: matmul(builder, vectors, rotation),
  };
}

/**
 * Tangent of the smaller of the two angles that do it, `[batch, pairs]`: with `tau = (a_qq - a_pp) / 2 a_pq`
 * it is `sign(tau) / (|tau| + sqrt(tau^2 + 1))`. Zero where there is nothing to do.
 */
function tangents(builder: Builder, matrix: Tensor, pairs: readonly Pair[], active: Tensor) {
  const [batch, order] = matrix.shape;
  const flat = builder.reshape(matrix, [batch, order * order]);
  const entry = (place: (pair: Pair) => number) => {
    const operands = [flat, builder.integers(pairs.map(place))];
    return builder.op("Gather", operands, [batch, pairs.length], "float32", { axis: 1 });
  };
  const common = entry(([p, q]) => q * order + p);
  const [first, second] = [entry(([p]) => p * (order + 1)), entry(([, q]) => q * (order + 1))];
  const [zero, one] = [0, 1].map((value) => builder.scalar(value, "float32"));
  const none = binary(builder, "Equal", common, zero, "bool");
  const divisor = choose(builder, none, one, binary(builder, "Add", common, common));
  const tau = binary(builder, "Div", binary(builder, "Sub", second, first), divisor);
  const root = unary(builder, "Sqrt", plusSquare(builder, one, tau));
  const size = unary(
    builder,
    "Reciprocal",
    binary(builder, "Add", unary(builder, "Abs", tau), root),
  );
  const negative = binary(builder, "Less", tau, zero, "bool");
  const tangent = choose(builder, negative, unary(builder, "Neg", size), size);
  return choose(builder, active, choose(builder, none, zero, tangent), zero);
}

function plusSquare(builder: Builder, x: Tensor, y: Tensor): Tensor {
  return binary(builder, "Add", binary(builder, "Mul", y, y), x);
}

/** Rows that turn `cos - 1` and `sin` of each pair's angle into the entries of `J - 1`. */
function rotationBasis(builder: Builder, order: number, pairs: readonly Pair[]): Tensor {
  const size = order * order;
  const data = new Float32Array(2 * pairs.length * size);
  pairs.forEach(([p, q], index) => {
    const [cosines, sines] = [index * size, (pairs.length + index) * size];
    data[cosines + p * (order + 1)] = 1;
    data[cosines + q * (order + 1)] = 1;
    data[sines + p * order + q] = 1;
    data[sines + q * order + p] = -1;
  });
  return builder.constant(data, [2 * pairs.length, size], "float32");
}

function identity(builder: Builder, order: number): Tensor {
  const ones = triangle(builder, order, (row, column) => row === column);
  return builder.cast(ones, "float32");
}

/** Which entries of a matrix a rule chooses. */
function triangle(
  builder: Builder,
  order: number,
  holds: (row: number, column: number) => boolean,
) {
  const data = Uint8Array.from({ length: order * order }, (_, index) =>
    holds(Math.floor(index / order), index % order) ? 1 : 0,
  );
  return builder.constant(data, [1, order, order], "bool");
}
