import { hostRandom } from "./host-random.ts";

/** An orthogonal matrix as `P L U`; matrices are row-major, n x n. */
export interface Rotation {
  readonly matrix: Float64Array;
  /** P, `(P v)_i = v_{permutation[i]}`. */
  readonly permutation: readonly number[];
  /** L strictly below the diagonal, U strictly above it. */
  readonly lu: Float64Array;
  /** The logarithms of the diagonal of U. */
  readonly logDiagonal: Float64Array;
}

/**
 * A random orthogonal matrix, uniform but for the signs of its columns, which are such that the diagonal of U
 * is positive. A pure function of order and seed.
 */
export function randomRotation(n: number, seed: number): Rotation {
  const matrix = orthonormalRows(n, seed);
  const { order, lu } = eliminate(matrix, n);
  for (let column = 0; column < n; column++) {
    if (lu[column * n + column] > 0) continue;
    for (let row = 0; row < n; row++) matrix[row * n + column] *= -1;
    for (let row = 0; row <= column; row++) lu[row * n + column] *= -1;
  }
  const logDiagonal = Float64Array.from({ length: n }, (_, i) => Math.log(lu[i * n + i]));
  for (let i = 0; i < n; i++) lu[i * n + i] = 0;
  const permutation = new Array<number>(n);
  order.forEach((row, i) => {
    permutation[row] = i;
  });
  return { matrix, permutation, lu, logDiagonal };
}

/** Gram-Schmidt on normal vectors, twice for the digits. */
function orthonormalRows(n: number, seed: number): Float64Array {
  const random = hostRandom(seed);
  const matrix = Float64Array.from({ length: n * n }, () => random.normal());
  for (let row = 0; row < 2 * n; row++) {
    const own = matrix.subarray((row % n) * n, ((row % n) + 1) * n);
    for (let other = 0; other < row % n; other++) {
      const unit = matrix.subarray(other * n, (other + 1) * n);
      const share = unit.reduce((sum, value, i) => sum + value * own[i], 0);
      for (let i = 0; i < n; i++) own[i] -= share * unit[i];
    }
    const length = Math.hypot(...own);
    for (let i = 0; i < n; i++) own[i] /= length;
  }
  return matrix;
}

/** Elimination with partial pivoting: row i of `L U` is row `order[i]` of the matrix, which stays as it is. */
function eliminate(matrix: Float64Array, n: number) {
  const rows = Array.from({ length: n }, (_, row) => matrix.slice(row * n, (row + 1) * n));
  const order = Array.from({ length: n }, (_, row) => row);
  for (let step = 0; step < n; step++) {
    let pivot = step;
    for (let row = step + 1; row < n; row++) {
      if (Math.abs(rows[row][step]) > Math.abs(rows[pivot][step])) pivot = row;
    }
    [rows[step], rows[pivot]] = [rows[pivot], rows[step]];
    [order[step], order[pivot]] = [order[pivot], order[step]];
    for (let row = step + 1; row < n; row++) {
      const factor = rows[row][step] / rows[step][step];
      rows[row][step] = factor;
      for (let column = step + 1; column < n; column++) {
        rows[row][column] -= factor * rows[step][column];
      }
    }
  }
  return { order, lu: Float64Array.from(rows.flatMap((row) => Array.from(row))) };
}
