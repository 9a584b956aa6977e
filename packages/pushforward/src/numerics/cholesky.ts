/**
 * The Cholesky factor of a symmetric matrix in double precision.
 *
 * A = L Lᵀ. Only the lower triangle of A is read. A pivot that is not above its own rounding error,
 * n ε A[i, i], counts as zero, so that a matrix singular on paper is not taken for a regular one.
 *
 * @param matrix - A, [n, n] row-major.
 * @returns L, lower triangular [n, n] row-major; null when A is not positive definite.
 *
 * Golub and Van Loan (2013), Matrix computations, 4.2.
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array | null {
  const factor = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * n + column];
      for (let k = 0; k < column; k++) rest -= factor[row * n + k] * factor[column * n + k];
      if (column < row) {
        factor[row * n + column] = rest / factor[column * n + column];
      } else {
        if (!(rest > n * Number.EPSILON * matrix[row * n + row])) return null;
        factor[row * n + row] = Math.sqrt(rest);
      }
    }
  }
  return factor;
}

/**
 * Solves L x = b in place.
 *
 * @param factor - L, lower triangular [n, n] row-major, as `cholesky` gives it.
 * @param vector - b, [n]; holds x afterwards.
 */
export function solveLower(factor: Float64Array, n: number, vector: Float64Array): void {
  for (let row = 0; row < n; row++) {
    let rest = vector[row];
    for (let k = 0; k < row; k++) rest -= factor[row * n + k] * vector[k];
    vector[row] = rest / factor[row * n + row];
  }
}

/** The inverse of a lower triangular matrix, [n, n] row-major, as `cholesky` gives it. */
export function invertLower(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let column = 0; column < n; column++) {
    inverse[column * n + column] = 1 / factor[column * n + column];
    for (let row = column + 1; row < n; row++) {
      let rest = 0;
      for (let k = column; k < row; k++) rest -= factor[row * n + k] * inverse[k * n + column];
      inverse[row * n + column] = rest / factor[row * n + row];
    }
  }
  return inverse;
}

/** Half the log-determinant of L Lᵀ: the sum of the logarithms of the diagonal of L. */
export function sumLogDiagonal(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let row = 0; row < n; row++) sum += Math.log(factor[row * n + row]);
  return sum;
}
