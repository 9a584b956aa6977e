import { actNorm } from "../bijectors/act-norm.ts";
import { luLinear } from "../bijectors/lu-linear.ts";
import type { Flow } from "../core/distribution.ts";
import { mixtureCdf } from "../transformers/mixture-cdf.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

export interface FlowPlusPlusOptions extends CouplingFlowOptions {
  /** Logistic distributions in each mixture; default 8. */
  components?: number | undefined;
}

/**
 * Flow++ for vectors: couplings by the CDF of a mixture of logistics, its logit and an affine map, each after
 * activation normalisation and a learned linear map (Ho et al. 2019, arXiv:1902.00275, section 3.2).
 *
 * Default: 5 layers with residual conditioners. The density costs one pass, sampling one bracketed equation per
 * dimension and layer.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function flowPlusPlus(options: FlowPlusPlusOptions): Flow {
  const { layers = 5, residual = true, components = 8 } = options;
  const shape = [options.features];
  return couplingFlow({
    name: "flow++",
    options: { ...options, residual },
    own: ["components"],
    layers,
    transformer: mixtureCdf({ components, kernel: "logistic", onto: "logistic" }),
    step: (layer) => [actNorm({ shape }), luLinear({ shape }), layer],
  });
}
