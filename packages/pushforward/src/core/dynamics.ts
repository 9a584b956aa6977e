import type { NDArray, Tree } from "../engine/index.ts";
import { DomainError, ShapeError } from "./errors.ts";
import { sameShape, showShape } from "./shape.ts";
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

/**
 * Freeze dynamics, mark them as such, and derive their spec from the options of their factory.
 *
 * @throws DomainError where `kind`, `init` or `apply` is missing; what it returns throws a ShapeError for a velocity of
 * another shape than the state.
 */
export function defineDynamics<P extends Tree>(
  definition: Omit<Dynamics<P>, "spec" | "takesTime"> & { options: object },
): Dynamics<P> {
  const { options, ...rest } = definition;
  const { kind, init, apply } = definition;
  if (typeof kind !== "string" || typeof init !== "function" || typeof apply !== "function") {
    throw new DomainError(
      "defineDynamics: expected { kind, options, init, apply }, a name, the factory's options and two functions.",
    );
  }
  return Object.freeze({
    ...rest,
    apply(params: P, time: NDArray, z: NDArray, context: NDArray | undefined): NDArray {
      const expected = z.shape;
      const slope = apply(params, time, z, context);
      if (!sameShape(slope.shape, expected)) {
        throw new ShapeError(
          `${kind}: a velocity has the shape of its state, [d, n] = ${showShape(expected)} here; apply gave ` +
            `${showShape(slope.shape)}.`,
        );
      }
      return slope;
    },
    takesTime: true as const,
    spec: specOf("network", kind, options),
  });
}
