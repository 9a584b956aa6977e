import { reverse } from "../bijectors/permute.ts";
import { type SylvesterOptions, sylvester } from "../bijectors/sylvester.ts";
import type { Flow } from "../core/distribution.ts";
import {
  checkUnconditional,
  type FlowOptions,
  flowFromData,
  layerNames,
  repeat,
  shapesOf,
} from "./flow-options.ts";

export interface SylvesterFlowOptions
  extends FlowOptions,
    Pick<SylvesterOptions, "variant" | "units"> {}

/**
 * Sylvester flow: planar flows with several directions at once, orthogonal by construction, by Householder
 * reflections, or triangular with the order reversed every other time (van den Berg et al. 2018,
 * arXiv:1803.05649). The density costs one pass, sampling one bracketed equation per direction. Takes no
 * context.
 *
 * Default: 8 layers, with Householder reflections.
 *
 * @throws DomainError for sizes that do not fit; ConditionError for a context.
 */
export function sylvesterFlow(options: SylvesterFlowOptions): Flow {
  const { features, variant, units, layers = 8 } = options;
  const { shape } = shapesOf("sylvester", options, [...layerNames, "variant", "units"]);
  checkUnconditional("sylvester", options);
  const given = { ...(variant && { variant }), ...(units !== undefined && { units }) };
  const steps = repeat("sylvester", layers, (index) => [
    ...(variant === "triangular" && index > 0 ? [reverse({ features })] : []),
    sylvester({ shape, ...given }),
  ]);
  return flowFromData("sylvester", options, steps);
}
