import type { NDArray, Tree } from "../engine/index.ts";
import { type Spec, specOf } from "./spec.ts";

/**
 * The velocity of a continuous flow, `dz/dt = f(z, t, context)`: a network of the state and the time.
 *
 * Features come first and the batch last, as in {@link Network}. A fresh one stands still, so that the flow
 * starts as the identity.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface Dynamics<P extends Tree = any> {
  readonly kind: string;
  readonly spec: Spec;
  /** Tells dynamics from networks of the state alone. */
  readonly takesTime: true;
  /** `context` counts its numbers; 0: there is none. */
  init(key: NDArray, features: number, context: number): P;
  /**
   * `[d, n] -> [d, n]`. Consumes its arguments.
   *
   * @param time `[1, n]`, or `[1, 1]` where it is the same for all.
   * @param context `[c, n]`.
   */
  apply(params: P, time: NDArray, z: NDArray, context: NDArray | undefined): NDArray;
  /**
   * The same, and what the Jacobian df/dz makes of directions, `[d, k, n]` or, the same for all rows, `[d, k, 1]`.
   * Consumes its arguments. Absent: they are found by differentiation, which is slower.
   */
  push?(
    params: P,
    time: NDArray,
    z: NDArray,
    context: NDArray | undefined,
    directions: NDArray,
  ): [velocity: NDArray, along: NDArray];
}

/** Freeze dynamics, mark them as such, and derive their spec from the options of their factory. */
export function defineDynamics<P extends Tree>(
  definition: Omit<Dynamics<P>, "spec" | "takesTime"> & { options: object },
): Dynamics<P> {
  const { options, ...rest } = definition;
  const spec = specOf("network", definition.kind, options);
  return Object.freeze({ ...rest, takesTime: true, spec });
}
