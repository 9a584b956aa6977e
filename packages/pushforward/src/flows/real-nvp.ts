import { batchNorm } from "../bijectors/batch-norm.ts";
import type { Flow } from "../core/distribution.ts";
import { affine } from "../transformers/affine.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

/**
 * RealNVP for vectors: affine couplings on partitions in turn, each followed by batch normalisation
 * with running statistics (Dinh et al. 2017, arXiv:1605.08803). From three layers on every output depends
 * on every input. In one dimension nothing conditions: the flow is affine.
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
    step: (layer) => [layer, batchNorm({ shape: [features] })],
  });
}
