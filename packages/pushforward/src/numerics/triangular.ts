import { type NDArray, np } from "../engine/index.ts";

/**
 * Solve `A X = B` for a triangular A by block substitution; consumes both.
 *
 * Halves are solved one after the other, `x_1 = A_11^-1 b_1`, `x_2 = A_22^-1 (b_2 - A_21 x_1)` for
 * a lower A, down to single rows: as stable as substitution by rows, and made of matrix products.
 * jax-js 0.1.25 cannot compile its own triangular solve, and ONNX has no operator for it.
 *
 * @param a `[..., d, d]`; only the triangle and its diagonal are read.
 * @param b `[..., d, n]`.
 */
export function solveTriangular(a: NDArray, b: NDArray, triangle: "lower" | "upper"): NDArray {
  const size = a.shape.at(-1) as number;
  if (size === 1) return b.div(a);
  const [top, bottom] = [
    [0, size >> 1],
    [size >> 1, size],
  ] as [Range, Range];
  const [first, second] = triangle === "lower" ? [top, bottom] : [bottom, top];
  const block = (rows: Range, columns: Range) => along(along(a.ref, -2, rows), -1, columns);
  const x1 = solveTriangular(block(first, first), along(b.ref, -2, first), triangle);
  const rest = along(b, -2, second).sub(np.matmul(block(second, first), x1.ref));
  const x2 = solveTriangular(block(second, second), rest, triangle);
  a.dispose();
  return np.concatenate(triangle === "lower" ? [x1, x2] : [x2, x1], -2);
}

type Range = [from: number, to: number];

/** A slice along one axis; consumes. */
function along(x: NDArray, axis: number, range: Range): NDArray {
  return np.moveaxis(np.moveaxis(x, axis, 0).slice(range), 0, axis);
}
