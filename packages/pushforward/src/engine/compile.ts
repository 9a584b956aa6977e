import { jit, type Tree } from "./jax.ts";

/** A traced function; `dispose` frees the arrays that its programs hold as constants. */
export interface Compiled<A extends Tree[], R extends Tree> {
  (...args: A): R;
  dispose(): void;
}

/**
 * Trace `fn` once per shape of its arguments and run it as one program from then on.
 *
 * Arguments are consumed, as everywhere inside the library. Close over bijectors, never pass them:
 * arguments are arrays and trees of arrays only.
 */
export function compile<A extends Tree[], R extends Tree>(fn: (...args: A) => R): Compiled<A, R> {
  // jax-js types its trees structurally and cannot follow a generic argument list.
  return jit(fn as never) as unknown as Compiled<A, R>;
}
