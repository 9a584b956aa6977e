import { defineNetwork, type Network } from "../core/network.ts";
import { applyDense, type Dense, heDense, zeroDense } from "./dense.ts";
import { type FeedForwardOptions, feedForward } from "./feed-forward.ts";

/**
 * A multilayer perceptron, `h <- activation(W h + b)`, the last layer linear and zero at the start.
 *
 * Hidden weights start as `N(0, 2 / inputs)` (He et al. 2015, arXiv:1502.01852).
 *
 * @throws DomainError for a width that is not a positive integer or an unknown activation.
 */
export function mlp(options: FeedForwardOptions = {}): Network<Dense[]> {
  return defineNetwork<Dense[]>(
    feedForward("mlp", options, { hidden: heDense, last: zeroDense, apply: applyDense }),
  );
}
