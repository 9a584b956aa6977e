/**
 * Whether a symmetric banded matrix is positive definite: whether it has a Cholesky factor, which replaces it.
 *
 * @param bands lower half, row after row: row i has the entries `(i, i - reach) ... (i, i)`, those before the first
 * column 0.
 * @param count rows.
 */
export function isPositiveDefinite(bands: Float64Array, count: number, reach: number): boolean {
  const stride = reach + 1;
  for (let row = 0; row < count; row++) {
    const first = Math.max(0, row - reach);
    for (let column = first; column <= row; column++) {
      let sum = bands[row * stride + reach - (row - column)];
      const from = Math.max(first, column - reach);
      const rowAt = row * stride + reach - row;
      const columnAt = column * stride + reach - column;
      for (let k = from; k < column; k++) sum -= bands[rowAt + k] * bands[columnAt + k];
      if (column < row) sum /= bands[columnAt + column];
      else if (!(sum > 0)) return false;
      else sum = Math.sqrt(sum);
      bands[rowAt + column] = sum;
    }
  }
  return true;
}
