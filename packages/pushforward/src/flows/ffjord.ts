import type { ContinuousOptions } from "../bijectors/continuous-options.ts";
import type { Flow } from "../core/distribution.ts";
import { type ContinuousFlowOptions, continuousFlow } from "./continuous-flow.ts";

export interface FfjordOptions
  extends ContinuousFlowOptions,
    Pick<ContinuousOptions, "trace" | "kineticEnergy" | "jacobianNorm" | "gradients"> {}

/**
 * FFJORD: a continuous flow with a free-form network for its velocity (Grathwohl et al. 2019,
 * arXiv:1810.01367), and with `kineticEnergy` and `jacobianNorm` RNODE (Finlay et al. 2020, arXiv:2002.02798).
 * Density and sampling solve an ordinary differential equation each.
 *
 * Default: one layer whose network has two hidden layers of 64 units.
 *
 * @throws DomainError for sizes that are not positive integers, or settings that {@link continuous} refuses.
 */
export function ffjord(options: FfjordOptions): Flow {
  const { trace, kineticEnergy, jacobianNorm, gradients } = options;
  const training = { trace, kineticEnergy, jacobianNorm, gradients };
  return continuousFlow("ffjord", options, training, ["layers", ...Object.keys(training)]);
}
