/** The one door to jax-js: everything else in the library imports these names from `engine/`. */
import {
  type DType,
  grad,
  jit as jaxJit,
  jvp,
  lax,
  makeJaxpr,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from "@jax-js/jax";

/** The same values, constant to every differentiation; consumes. */
export const stopGradient: (x: np.Array) => np.Array = lax.stopGradient;

export { grad, jvp, makeJaxpr, np, random, tree, valueAndGrad };

/** A jax-js array, or a tracer that stands for one while a function is being traced. */
export type NDArray = np.Array;

/** Arrays in nested lists and plain objects: what parameters are. */
export type Tree = NDArray | Tree[] | { [key: string]: Tree };

export type { DType };

/**
 * Run what an array on WebAssembly waits for; nothing to do for a tracer, and elsewhere, where waiting costs
 * more; not consumed.
 *
 * Eagerly, jax-js keeps for each array the list of all kernels that it still waits for, and joins these
 * lists at every operation: long calculations without a stop cost the square of their length.
 */
export function settle(x: NDArray): void {
  if (x instanceof np.Array && x.device === "wasm") x.ref.dataSync();
}

/**
 * jax-js' own compilation, for functions used once or twice: once per shape of the arguments, which
 * are consumed. `dispose` frees the arrays that the function closes over.
 */
export function jit<A extends Tree[], R extends Tree>(
  fn: (...args: A) => R,
): ((...args: A) => R) & { dispose(): void } {
  // jax-js types its trees structurally and cannot follow a generic argument list.
  return jaxJit(fn as never) as never;
}
