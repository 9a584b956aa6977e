import type { Flow } from "../core/distribution.ts";
import type { Transformer } from "../core/transformer.ts";
import { affine } from "../transformers/affine.ts";
import { type AutoregressiveFlowOptions, autoregressiveFlow } from "./autoregressive-flow.ts";

export interface MafOptions extends AutoregressiveFlowOptions {
  /** The scalar map of each layer; default affine, as in the paper. */
  transformer?: Transformer | undefined;
}

/**
 * Masked autoregressive flow: autoregressive layers in the direction in which the density is one pass, each
 * followed by batch normalisation, in reverse order every other time (Papamakarios et al. 2017,
 * arXiv:1705.07057). With a mixture as `base`, MAF MoG.
 *
 * Default: 5 layers. Sampling costs one small step per dimension and layer, together one pass.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function maf(options: MafOptions): Flow {
  const { layers = 5, transformer = affine() } = options;
  return autoregressiveFlow({
    name: "maf",
    options,
    own: ["transformer"],
    layers,
    transformer,
    normalize: true,
  });
}

/**
 * Inverse autoregressive flow: autoregressive layers in the direction in which sampling is one pass
 * (Kingma et al. 2016, arXiv:1606.04934), for variational inference and fast draws.
 *
 * Default: 5 layers. The density of data costs one small step per dimension and layer, together one pass; its
 * gradient too, so that it can be fitted to data of a few dimensions.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function iaf(options: MafOptions): Flow {
  const { layers = 5, transformer = affine() } = options;
  return autoregressiveFlow({
    name: "iaf",
    options,
    own: ["transformer"],
    layers,
    transformer,
    fast: "sampling",
  });
}
