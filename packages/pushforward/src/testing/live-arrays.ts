import { type NDArray, np } from "../engine/index.ts";

/**
 * Run `action` and collect each array that comes into being meanwhile, hidden ones included.
 *
 * jax-js does not tell which arrays are alive. Its array class has a superclass, whose constructor
 * each new array runs; for the time of the action another one stands in between and takes note.
 * The action must be synchronous, or arrays of others would be counted.
 */
export function collectArrays<T>(action: () => T): { result: T; arrays: NDArray[] } {
  const arrays: NDArray[] = [];
  const superclass = Object.getPrototypeOf(np.Array);
  class Observed extends superclass {
    constructor(...args: unknown[]) {
      super(...args);
      arrays.push(this as unknown as NDArray);
    }
  }
  Object.setPrototypeOf(np.Array, Observed);
  try {
    return { result: action(), arrays };
  } finally {
    Object.setPrototypeOf(np.Array, superclass);
  }
}
