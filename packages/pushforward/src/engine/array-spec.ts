import type { DType } from "./jax.ts";

/** A number of entries along an axis; `"n"`: the number of rows, which differs from call to call. */
export type Extent = number | "n";

/**
 * Shape and type of an argument of a compiled function.
 *
 * A class, for jax-js takes plain objects as trees of arrays.
 */
export class ArraySpec {
  readonly shape: readonly Extent[];
  readonly dtype: DType;

  constructor(shape: readonly Extent[], dtype: DType = "float32" as DType) {
    this.shape = shape;
    this.dtype = dtype;
    Object.freeze(this);
  }
}

/** Specs in nested lists and plain objects: the example arguments of a compiled function. */
export type SpecTree = ArraySpec | SpecTree[] | { [key: string]: SpecTree };
