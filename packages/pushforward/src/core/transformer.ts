import type { NDArray } from "../engine/index.ts";
import type { Cost } from "./bijector.ts";
import { type Spec, specOf } from "./spec.ts";

/**
 * A strictly monotone scalar map whose parameters come from elsewhere, usually from a conditioner.
 *
 * It works on arrays of any shape S, elementwise. Its unconstrained parameters are one array
 * `[parameterCount, ...S]`: parameters first, so that each is a contiguous slice. The zero vector
 * means the identity (or nearly: the transformer says so). Arguments are consumed.
 */
export interface Transformer {
  readonly kind: string;
  readonly parameterCount: number;
  readonly cost: { readonly forward: Cost; readonly inverse: Cost };
  readonly spec: Spec;
  /** `[f(x), log f'(x)]`, both of x's shape. */
  forwardAndLogDet(theta: NDArray, x: NDArray): [NDArray, NDArray];
  /** `[f^-1(y), log (f^-1)'(y)]`. */
  inverseAndLogDet(theta: NDArray, y: NDArray): [NDArray, NDArray];
  /** Where the map bends; beyond it, tails. Absent: the same kind of map everywhere. */
  readonly interval?: readonly [low: number, high: number];
  /** Whether the interval is all there is: a circle, mapped onto itself. */
  readonly isCircular?: boolean;
}

/**
 * Freeze a transformer and derive its spec from the options of its factory; unless it says otherwise,
 * both directions are parallel.
 */
export function defineTransformer(
  definition: Omit<Transformer, "spec" | "cost"> &
    Partial<Pick<Transformer, "cost">> & { options: object },
): Transformer {
  const { options, cost = { forward: "parallel", inverse: "parallel" }, ...rest } = definition;
  const spec = specOf("transformer", definition.kind, options);
  return Object.freeze({ ...rest, cost: Object.freeze(cost), spec });
}
