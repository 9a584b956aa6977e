import { type NDArray, np } from "../engine/index.ts";
import { hostMatrix, identityMatrix } from "./host-matrix.ts";

/**
 * The triangular matrix with the diagonal `exp(logDiagonal)` and, on one side of it, the entries of
 * `matrix`; consumes.
 *
 * @param matrix `[d, d]`; its diagonal and other side are not used.
 * @param logDiagonal `[d]`.
 */
export function triangularMatrix(
  matrix: NDArray,
  logDiagonal: NDArray,
  triangle: "lower" | "upper",
): NDArray {
  const identity = identityMatrix(logDiagonal.size);
  return strictTriangle(matrix, triangle).add(np.exp(logDiagonal).mul(identity));
}

/** The entries of a square matrix strictly below or above its diagonal; consumes. */
export function strictTriangle(matrix: NDArray, triangle: "lower" | "upper"): NDArray {
  const size = matrix.shape[0] as number;
  const keep = hostMatrix(size, size, (row, column) =>
    Number(triangle === "lower" ? row > column : row < column),
  );
  return matrix.mul(keep);
}
