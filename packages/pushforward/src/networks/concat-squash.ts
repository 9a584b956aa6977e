import type { Dynamics } from "../core/dynamics.ts";
import { splitKey } from "../core/keys.ts";
import { type NDArray, np } from "../engine/index.ts";
import { gate } from "../numerics/stable.ts";
import { applyDense, type Dense, heDense, zeroDense } from "./dense.ts";
import { conditionWeight, type DynamicsOptions, timedNetwork } from "./timed-network.ts";

/** Parameters of a layer: `dense`, the `gate` [outputs, 1 + c] with a bias, and the `shift` [outputs, 1 + c]. */
export type ConcatSquashLayer = { dense: Dense; gate: Dense; shift: NDArray };

/**
 * Dynamics of FFJORD (Grathwohl et al. 2019, arXiv:1810.01367, section 4, as its code has them):
 * layers `(W h + b) sigmoid(G s + g) + B s` with `s = (t, context)`, an activation after each but the last.
 *
 * Hidden weights start as `N(0, 2 / inputs)`, gates and shifts as `N(0, 1 / (1 + c))`, the last layer as zero.
 *
 * @throws DomainError for a width that is not a positive integer, an unknown activation, or a frequency that is not
 * positive.
 */
export function concatSquash(options: DynamicsOptions = {}): Dynamics<ConcatSquashLayer[]> {
  return timedNetwork<ConcatSquashLayer>("concatSquash", options, {
    hidden(key, outputs, inputs, conditions) {
      const [own, gateKey, shiftKey] = splitKey(key, 3) as [NDArray, NDArray, NDArray];
      return {
        dense: heDense(own, outputs, inputs),
        gate: {
          weight: conditionWeight(gateKey, outputs, conditions),
          bias: np.zeros([outputs]),
        },
        shift: conditionWeight(shiftKey, outputs, conditions),
      };
    },
    last: (outputs, inputs, conditions) => ({
      dense: zeroDense(outputs, inputs),
      gate: zeroDense(outputs, conditions),
      shift: np.zeros([outputs, conditions]),
    }),
    at({ dense: { weight, bias }, gate: gates, shift }, condition) {
      const factor = gate(applyDense(gates, condition.ref));
      const offset = bias.reshape([-1, 1]).mul(factor.ref).add(np.dot(shift, condition));
      return { weight, factor, offset };
    },
  });
}
