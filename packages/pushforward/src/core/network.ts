import type { NDArray, Tree } from "../engine/index.ts";
import { type Spec, specOf } from "./spec.ts";

/**
 * A function approximator used as a conditioner: columns in, columns out.
 *
 * Features come first and the batch last, `[inputs, n] -> [outputs, n]`: the slices that a flow
 * takes of the outputs are then contiguous. Sizes are known only where the network is put to use,
 * hence `init` takes them. The last layer starts at zero, so that a fresh network outputs zeros.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface Network<P extends Tree = any> {
  readonly kind: string;
  readonly spec: Spec;
  init(key: NDArray, inputs: number, outputs: number): P;
  /** Consumes its arguments. */
  apply(params: P, x: NDArray): NDArray;
}

/** Freeze a network and derive its spec from the options of its factory. */
export function defineNetwork<P extends Tree>(
  definition: Omit<Network<P>, "spec"> & { options: object },
): Network<P> {
  const { options, ...rest } = definition;
  return Object.freeze({ ...rest, spec: specOf("network", definition.kind, options) });
}
