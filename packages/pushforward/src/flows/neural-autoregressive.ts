import type { Flow } from "../core/distribution.ts";
import { type DeepSigmoidalOptions, deepSigmoidal } from "../transformers/deep-sigmoidal.ts";
import {
  type UnconstrainedMonotonicOptions,
  unconstrainedMonotonic,
} from "../transformers/unconstrained-monotonic.ts";
import { type AutoregressiveFlowOptions, autoregressiveFlow } from "./autoregressive-flow.ts";

export interface NafOptions extends AutoregressiveFlowOptions, DeepSigmoidalOptions {}

/**
 * Neural autoregressive flow with deep sigmoidal transformers, NAF (DSF) (Huang et al. 2018,
 * arXiv:1804.00779): autoregressive layers whose scalar maps are small monotone networks.
 *
 * Default: 3 layers of 16 sigmoids. The density costs one pass; sampling one bracketed equation per
 * dimension and layer.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function naf(options: NafOptions): Flow {
  const { layers = 3, units } = options;
  const transformer = deepSigmoidal(units === undefined ? {} : { units });
  return autoregressiveFlow({ name: "naf", options, own: ["units"], layers, transformer });
}

export interface UmnnOptions extends AutoregressiveFlowOptions {
  /** The monotonic network of each scalar map. */
  integrand?: UnconstrainedMonotonicOptions | undefined;
}

/**
 * Unconstrained monotonic neural network flow, UMNN-MAF (Wehenkel and Louppe 2019, arXiv:1908.05164):
 * autoregressive layers whose scalar maps are integrals of positive networks.
 *
 * Default: 3 layers. The density costs one pass, sampling one bracketed equation per dimension and layer.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function umnn(options: UmnnOptions): Flow {
  const { layers = 3, integrand } = options;
  const transformer = unconstrainedMonotonic(integrand);
  return autoregressiveFlow({ name: "umnn", options, own: ["integrand"], layers, transformer });
}
