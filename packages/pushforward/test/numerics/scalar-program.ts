import { grad, jit, type NDArray, np } from "../../src/engine/index.ts";

/** A scalar function of arrays, compiled, from numbers to numbers. */
export async function evaluate(
  fn: (x: NDArray) => NDArray,
  values: readonly number[],
): Promise<number[]> {
  return [...(await jit(fn)(np.array(Float32Array.from(values))).data())];
}

/** Its derivative, elementwise: reverse mode. */
export function derivative(fn: (x: NDArray) => NDArray): (x: NDArray) => NDArray {
  return grad(((x: NDArray) => fn(x).sum()) as never) as never;
}
