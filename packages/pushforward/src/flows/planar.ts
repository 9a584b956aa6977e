import { planar } from "../bijectors/planar.ts";
import type { Flow } from "../core/distribution.ts";
import { type ConditionerOptions, conditionerNames, conditionerOf } from "./conditioner.ts";
import { type FlowOptions, flowFromData, layerNames, repeat, shapesOf } from "./flow-options.ts";

/**
 * Planar flow: layers that bend space along one direction each (Rezende and Mohamed 2015,
 * arXiv:1505.05770, section 4.1), in the direction in which the density is one pass, as fitting to data needs
 * it; sampling solves one bracketed equation per layer.
 *
 * Default: 16 layers. Each has a single direction: many are needed for what a coupling does in one.
 * With a context, a network gives each row its own planes.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function planarFlow(options: FlowOptions & ConditionerOptions): Flow {
  const { shape, condShape } = shapesOf("planar", options, [...layerNames, ...conditionerNames]);
  const conditioner = conditionerOf("planar", options);
  const layer = condShape
    ? () => planar({ shape, condShape, conditioner })
    : () => planar({ shape });
  return flowFromData(
    "planar",
    options,
    repeat("planar", options.layers ?? 16, () => [layer()]),
  );
}
