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
  vmap,
} from "@jax-js/jax";

/** The same values, constant to every differentiation; consumes. */
export const stopGradient: (x: np.Array) => np.Array = lax.stopGradient;

/**
 * The convolution of networks (in signal processing, the correlation) with zeros around the image that keep
 * its size: `[n, c, h, w]` by `[f, c, odd, odd]` to `[n, f, h, w]`; consumes.
 */
export function convolve(x: np.Array, kernel: np.Array): np.Array {
  // Compiled, jax-js 0.1.25 forgets that the padding is zero where it computes what it pads on the way and that has
  // a constant in it: as the image may, and the gradient that arrives here, which times an array is no constant.
  const one = np.array(Float32Array.of(1), { shape: [1, 1, 1, 1] });
  return lax.conv(fence(x), kernel, [1, 1], "SAME").mul(one);
}

export { grad, jvp, makeJaxpr, np, random, tree, valueAndGrad, vmap };

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
 * The same numbers, kept as an array of their own when jax-js compiles: a sum over one entry, which it does not
 * look through. Consumes.
 */
export function fence(x: np.Array): np.Array {
  return x.reshape([...x.shape, 1]).sum(-1);
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
