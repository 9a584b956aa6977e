import { coupling } from "../bijectors/coupling.ts";
import { householder } from "../bijectors/householder.ts";
import type { Flow } from "../core/distribution.ts";
import { mixtureCdf } from "../transformers/mixture-cdf.ts";
import { type ConditionerOptions, conditionerNames, conditionerOf } from "./conditioner.ts";
import { type FlowOptions, flowFromData, layerNames, repeat, shapesOf } from "./flow-options.ts";

export interface GaussianizationOptions extends FlowOptions, ConditionerOptions {
  /** Components of the mixture in each dimension and layer; default 8. */
  components?: number | undefined;
}

/**
 * Gaussianization flow: in turn a learned rotation, and in each dimension by itself the CDF of a mixture
 * followed by the inverse of the normal one (Meng et al. 2020, arXiv:2003.01941; Chen and Gopinath 2000). No
 * dimension conditions another: only the rotations mix them.
 *
 * Default: 8 layers. The density costs one pass, sampling one bracketed equation per dimension and layer.
 * With a context, a network gives each row its own mixtures.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function gaussianization(options: GaussianizationOptions): Flow {
  const { features, layers = 8, components = 8 } = options;
  const shapes = shapesOf("gaussianization", options, [
    ...layerNames,
    ...conditionerNames,
    "components",
  ]);
  const elementwise = coupling({
    ...shapes,
    transformer: mixtureCdf({ components, kernel: "logistic", onto: "normal" }),
    conditioner: conditionerOf("gaussianization", options),
    mask: new Array(features).fill(false),
  });
  const rotation = householder({ shape: shapes.shape });
  const steps = repeat("gaussianization", layers, () => [rotation, elementwise]);
  return flowFromData("gaussianization", options, steps);
}
