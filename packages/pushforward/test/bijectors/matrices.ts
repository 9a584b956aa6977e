/** Matrices in double precision, as lists of rows. */
export type Matrix = readonly (readonly number[])[];

export function matrixOf(rows: number, columns: number, entry: (i: number, j: number) => number) {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => entry(i, j)),
  );
}

export const identity = (size: number) => matrixOf(size, size, (i, j) => Number(i === j));

export function product(a: Matrix, b: Matrix): number[][] {
  return matrixOf(a.length, b[0]!.length, (i, j) =>
    a[i]!.reduce((sum, value, k) => sum + value * b[k]![j]!, 0),
  );
}

export const transpose = (a: Matrix) => matrixOf(a[0]!.length, a.length, (i, j) => a[j]![i]!);

/** `I - 2 v v^T / |v|^2`. */
export function reflection(v: readonly number[]): number[][] {
  const squared = v.reduce((sum, value) => sum + value ** 2, 0);
  return matrixOf(v.length, v.length, (i, j) => Number(i === j) - (2 * v[i]! * v[j]!) / squared);
}

/** A triangular matrix from its strict triangle and the logarithms of its diagonal. */
export function triangular(
  entries: Matrix,
  logDiagonal: readonly number[],
  triangle: "lower" | "upper",
): number[][] {
  return matrixOf(logDiagonal.length, logDiagonal.length, (i, j) => {
    if (i === j) return Math.exp(logDiagonal[i]!);
    return (triangle === "lower") === i > j ? entries[i]![j]! : 0;
  });
}

/** The largest difference of two matrices' entries. */
export function distance(a: Matrix, b: Matrix): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}
