import { type NDArray, np } from "../engine/index.ts";

/** Ones on the diagonal. */
export function identityMatrix(rows: number, columns = rows): NDArray {
  return hostMatrix(rows, columns, (row, column) => Number(row === column));
}

/**
 * A constant matrix, its entries computed on the host: what jax-js would compute for it on the device
 * becomes part of every program that uses it.
 */
export function hostMatrix(
  rows: number,
  columns: number,
  entry: (row: number, column: number) => number,
): NDArray {
  const values = Float32Array.from({ length: rows * columns }, (_, i) =>
    entry(Math.floor(i / columns), i % columns),
  );
  return np.array(values, { shape: [rows, columns] });
}
