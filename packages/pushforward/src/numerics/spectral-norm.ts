/** Share by which the bound may exceed the norm. */
const EXCESS = 5e-4;

/** Squarings at most: then the bound exceeds the norm by a factor of at most `size ** 2^-14`. */
const MOST_SQUARINGS = 12;

/**
 * An upper bound of a matrix' largest singular value in double precision, within 0.05 % of it.
 *
 * With `G = W W^T`, `|W|_2^(2k) <= |G^k|_F` for every k, and k doubles with each squaring (Gram iteration, Delattre
 * et al. 2023, arXiv:2305.16173, algorithm 1); `|G^2k|_F / |G^k|_F` bounds it from below, and says when to stop.
 *
 * @param matrix row-major, `rows x columns`; not changed.
 */
export function spectralNormBound(
  matrix: ArrayLike<number>,
  rows: number,
  columns: number,
): number {
  const size = Math.min(rows, columns);
  let power = gramMatrix(matrix, rows, columns);
  // G^k is `power` times exp(logScale).
  let logScale = 0;
  let logNorm = Infinity;
  for (let step = 0, k = 1; ; step++, k *= 2) {
    const norm = Math.hypot(...norms(power, size));
    if (norm === 0) return 0;
    const before = logNorm;
    logNorm = logScale + Math.log(norm);
    const upper = logNorm / (2 * k);
    // |G^k|_F / |G^(k/2)|_F <= |G|_2^(k/2)
    const lower = (logNorm - before) / k;
    if (upper - lower < EXCESS || step === MOST_SQUARINGS) return Math.exp(upper);
    for (let i = 0; i < power.length; i++) power[i] /= norm;
    power = gramMatrix(power, size, size);
    logScale = 2 * logNorm;
  }
}

/** The Frobenius norm of each row: fewer numbers for `Math.hypot`, which takes so many arguments. */
function norms(matrix: Float64Array, size: number): number[] {
  return Array.from({ length: size }, (_, row) =>
    Math.sqrt(matrix.subarray(row * size, (row + 1) * size).reduce((sum, x) => sum + x * x, 0)),
  );
}

/** `W W^T`, or `W^T W` where that is smaller. */
function gramMatrix(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const [size, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const [along, across] = rows <= columns ? [1, columns] : [columns, 1];
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++)
        sum += matrix[i * across + k * along] * matrix[j * across + k * along];
      gram[i * size + j] = sum;
      gram[j * size + i] = sum;
    }
  }
  return gram;
}
