/** The one door to jax-js: everything else in the library imports these names from `engine/`. */
import { grad, jit, jvp, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";

export { grad, jit, jvp, np, random, tree, valueAndGrad };

/** A jax-js array, or a tracer that stands for one while a function is being traced. */
export type NDArray = np.Array;

/** Arrays in nested lists and plain objects: what parameters are. */
export type Tree = NDArray | Tree[] | { [key: string]: Tree };
