/**
 * `log|det A|` of a square matrix in double precision, by elimination with partial pivoting.
 *
 * @param matrix row-major, n x n; not changed.
 * @returns -Infinity for a singular matrix.
 */
export function logAbsDet(matrix: ArrayLike<number>, n: number): number {
  const a = Float64Array.from(matrix);
  let logDet = 0;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      const isLarger = Math.abs(a[row * n + column]) > Math.abs(a[pivot * n + column]);
      if (isLarger) pivot = row;
    }
    const value = a[pivot * n + column];
    logDet += Math.log(Math.abs(value));
    if (value === 0) return -Infinity;
    for (let k = 0; k < n && pivot !== column; k++) {
      [a[column * n + k], a[pivot * n + k]] = [a[pivot * n + k], a[column * n + k]];
    }
    for (let row = column + 1; row < n; row++) {
      const factor = a[row * n + column] / value;
      for (let k = column; k < n; k++) a[row * n + k] -= factor * a[column * n + k];
    }
  }
  return logDet;
}
