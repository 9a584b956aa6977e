import type { Dynamics } from "../core/dynamics.ts";
import { splitKey } from "../core/keys.ts";
import { type NDArray, np } from "../engine/index.ts";
import { type Dense, heDense, zeroDense } from "./dense.ts";
import { conditionWeight, type DynamicsOptions, timedNetwork } from "./timed-network.ts";

/** Parameters of a layer: `dense`, and the weights [outputs, 1 + c] of the time and the context. */
export type ConcatLayer = { dense: Dense; condition: NDArray };

/**
 * Dynamics whose layers have the time and the context appended to their inputs: `W h + V s + b` with
 * `s = (t, context)`, an activation after each but the last (Chen et al. 2018, arXiv:1806.07366;
 * Grathwohl et al. 2019, arXiv:1810.01367, as its code has them).
 *
 * Hidden weights start as `N(0, 2 / inputs)`, those of the time and the context as `N(0, 1 / (1 + c))`, the last
 * layer as zero.
 *
 * @throws DomainError for a width that is not a positive integer, an unknown activation, or a frequency that is not
 * positive.
 */
export function concat(options: DynamicsOptions = {}): Dynamics<ConcatLayer[]> {
  return timedNetwork<ConcatLayer>("concat", options, {
    hidden(key, outputs, inputs, conditions) {
      const [own, conditionKey] = splitKey(key, 2) as [NDArray, NDArray];
      return {
        dense: heDense(own, outputs, inputs),
        condition: conditionWeight(conditionKey, outputs, conditions),
      };
    },
    last: (outputs, inputs, conditions) => ({
      dense: zeroDense(outputs, inputs),
      condition: np.zeros([outputs, conditions]),
    }),
    at: ({ dense: { weight, bias }, condition: own }, condition) => ({
      weight,
      offset: np.dot(own, condition).add(bias.reshape([-1, 1])),
    }),
  });
}
