import type { NDArray, Tree } from "../engine/index.ts";
import { DomainError, ShapeError } from "./errors.ts";
import { type Shape, sameShape, showShape } from "./shape.ts";
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
 * @throws DomainError where `kind`, `init` or `apply` is missing; `apply` and `push` of what it returns throw a
 * ShapeError for a velocity or products of other shapes than the state and the directions.
 */
export function defineDynamics<P extends Tree>(
  definition: Omit<Dynamics<P>, "spec" | "takesTime"> & { options: object },
): Dynamics<P> {
  const { options, ...rest } = definition;
  const { kind, apply, push } = definition;
  const missing = missingPart(definition);
  if (missing) {
    throw new DomainError(
      `defineDynamics: ${missing}. It takes { kind, options, init, apply }: a name, the factory's options and two ` +
        "functions.",
    );
  }
  const checked = (what: string, value: NDArray, expected: Shape) => {
    if (sameShape(value.shape, expected)) return value;
    throw new ShapeError(
      `${kind}: ${what} must be of the shape ${showShape(expected)} here, got ${showShape(value.shape)}.`,
    );
  };
  const dynamics: Omit<Dynamics<P>, "push"> = {
    ...rest,
    apply(params, time, z, context) {
      const { shape } = z;
      return checked("a velocity, [d, n],", apply(params, time, z, context), shape);
    },
    takesTime: true,
    spec: specOf("network", kind, options),
  };
  if (!push) return Object.freeze(dynamics);
  return Object.freeze({
    ...dynamics,
    push(params, time, z, context, directions) {
      const { shape } = z;
      const along = [shape[0], directions.shape[1], shape[1]] as Shape;
      const [slope, products] = push(params, time, z, context, directions);
      return [
        checked("a velocity, [d, n],", slope, shape),
        checked("the products with directions, [d, k, n],", products, along),
      ];
    },
  } satisfies Dynamics<P>);
}

/** What is missing in a definition that comes without types; undefined: nothing. */
function missingPart({ kind, init, apply }: Partial<Dynamics>): string | undefined {
  if (typeof kind !== "string") return "kind must be a name";
  const functions = { init, apply };
  const name = (["init", "apply"] as const).find((each) => typeof functions[each] !== "function");
  return name && `${kind} has no function ${name}`;
}
