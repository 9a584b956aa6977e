import type { NDArray, Tree } from "../engine/index.ts";
import type { HostTree } from "./parameters.ts";
import type { Shape } from "./shape.ts";
import { type Spec, specOf } from "./spec.ts";

/** The trees of a contractive network: its parameters, its weights within their bounds, its Jacobians. */
export interface ContractiveTrees {
  readonly params: Tree;
  readonly weights: Tree;
  readonly jacobian: Tree;
}

/**
 * A function g of events to events of the same shape whose Lipschitz constant by the event is below 1, whatever its
 * parameters: what a residual layer adds to its input. The context it may bend as it likes.
 *
 * Rows come first. As with other networks, sizes are known only where it is put to use. A fresh network is small,
 * and not zero: the norms of its weights are found by iterations, which have no direction to follow where there is
 * no weight.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface ContractiveNetwork<T extends ContractiveTrees = any> {
  readonly kind: string;
  readonly spec: Spec;
  /** Bound of the Lipschitz constant, below 1. */
  readonly lipschitz: number;
  /** `context` counts the numbers of the context vector. @throws ShapeError for events it does not take. */
  init(key: NDArray, shape: Shape, context: number): T["params"];
  /**
   * Bound of the Lipschitz constant that holds for certain at these parameters, in double precision: what iterations
   * have found of the weights' norms is not taken on trust.
   */
  boundAt(params: HostTree, shape: Shape): number;
  /** Follow what iterations find of the weights' norms to its end, in place. Absent: nothing is found by iterations. */
  settle?(params: HostTree): void;
  /** The weights within their bounds, for any number of calls; a training step moves what finds them. Consumes. */
  constrain(params: T["params"]): T["weights"];
  /** `g(x)`, `[n, ...shape]`; `context` is `[n, c]`. Consumes its arguments. */
  apply(weights: T["weights"], x: NDArray, context: NDArray | undefined): NDArray;
  /** `g(x)`, and what {@link push} needs of the Jacobians there. Consumes its arguments. */
  linearize(
    weights: T["weights"],
    x: NDArray,
    context: NDArray | undefined,
  ): [value: NDArray, jacobian: T["jacobian"]];
  /**
   * The products `J v` of each row's Jacobian with m vectors, `[m, n, ...shape]`; where all rows have the same
   * vectors or the same Jacobian, n may be 1. Consumes its arguments.
   */
  push(jacobian: T["jacobian"], vectors: NDArray): NDArray;
}

/** Freeze a contractive network and derive its spec from the options of its factory. */
export function defineContractiveNetwork<T extends ContractiveTrees>(
  definition: Omit<ContractiveNetwork<T>, "spec"> & { options: object },
): ContractiveNetwork<T> {
  const { options, ...rest } = definition;
  return Object.freeze({ ...rest, spec: specOf("network", definition.kind, options) });
}
