import { affine } from "../bijectors/affine.ts";
import type { Flow } from "../core/distribution.ts";
import { additive } from "../transformers/additive.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

/**
 * NICE: additive couplings with alternating halves, then a diagonal scaling layer (Dinh et al.
 * 2015, arXiv:1410.8516). From three layers on every output depends on every input. In one
 * dimension nothing conditions: the flow is affine.
 *
 * Default: 4 layers. Both directions cost one pass.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function nice(options: CouplingFlowOptions): Flow {
  const { features, layers = 4 } = options;
  return couplingFlow({
    name: "nice",
    options,
    layers,
    transformer: additive(),
    step: (layer) => [layer],
    last: () => [affine({ shape: [features], shift: false })],
  });
}
