import { radial } from "../bijectors/radial.ts";
import type { Flow } from "../core/distribution.ts";
import {
  checkUnconditional,
  type FlowOptions,
  flowFromData,
  layerNames,
  repeat,
  shapesOf,
} from "./flow-options.ts";

/**
 * Radial flow: layers that stretch or shrink space around one point each (Rezende and Mohamed 2015,
 * arXiv:1505.05770, section 4.1). Both directions cost one pass. Takes no context.
 *
 * Default: 16 layers.
 *
 * @throws DomainError for sizes that are not positive integers; ConditionError for a context.
 */
export function radialFlow(options: FlowOptions): Flow {
  const { shape } = shapesOf("radial", options, layerNames);
  checkUnconditional("radial", options);
  const layers = repeat("radial", options.layers ?? 16, () => [radial({ shape })]);
  return flowFromData("radial", options, layers);
}
