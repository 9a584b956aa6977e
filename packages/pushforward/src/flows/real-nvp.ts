import { actNorm } from "../bijectors/act-norm.ts";
import type { Flow } from "../core/distribution.ts";
import { affine } from "../transformers/affine.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

/**
 * RealNVP for vectors: affine couplings with alternating halves (Dinh et al. 2017,
 * arXiv:1605.08803), each followed by activation normalisation, which takes the place of the
 * paper's batch normalisation (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.1). In one
 * dimension nothing conditions: the flow is affine.
 *
 * Default: 8 layers. Both directions cost one pass.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function realNVP(options: CouplingFlowOptions): Flow {
  const { features, layers = 8 } = options;
  return couplingFlow({
    name: "realnvp",
    options,
    layers,
    transformer: affine(),
    step: (layer) => [layer, actNorm({ shape: [features] })],
  });
}
