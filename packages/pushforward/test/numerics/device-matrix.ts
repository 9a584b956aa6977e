import { type NDArray, np } from "../../src/engine/index.ts";
import { matrixOf } from "../bijectors/matrices.ts";

/** A matrix as an array, and back. */
export const upload = (a: number[][]) =>
  np.array(Float32Array.from(a.flat()), { shape: [a.length, a[0]!.length] });

export async function download(a: NDArray): Promise<number[][]> {
  const [rows, columns] = a.shape as [number, number];
  const values = await a.data();
  return matrixOf(rows, columns, (i, j) => values[i * columns + j]!);
}
