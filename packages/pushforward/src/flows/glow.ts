import { actNorm } from "../bijectors/act-norm.ts";
import { luLinear } from "../bijectors/lu-linear.ts";
import type { Flow } from "../core/distribution.ts";
import { affine } from "../transformers/affine.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

/**
 * Glow for vectors: steps of activation normalisation with data-dependent initial values, a learned linear
 * map by its LU factors (the "1x1 convolution" of a single pixel), and an affine coupling
 * (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3).
 *
 * Default: 8 layers. Both directions cost one pass. The linear maps start as the identity, where the paper
 * has random rotations; the partitions change in turn instead.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function glow(options: CouplingFlowOptions): Flow {
  const shape = [options.features];
  return couplingFlow({
    name: "glow",
    options,
    layers: options.layers ?? 8,
    transformer: affine(),
    step: (layer) => [actNorm({ shape }), luLinear({ shape }), layer],
  });
}
