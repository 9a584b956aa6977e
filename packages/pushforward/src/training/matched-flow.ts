import { type Layer, layersOf } from "../core/bijector.ts";
import type { Distribution, FlowParts } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { ParameterLayout } from "../core/parameters.ts";
import type { FlowMatching, VelocityField } from "../core/velocity-field.ts";

/** The layer of a flow that is trained by flow matching, and those on either side of it. */
export interface MatchedFlow {
  readonly flow: FlowParts;
  readonly layer: Layer;
  readonly field: VelocityField & { readonly matching: FlowMatching };
  /** From the base on, in the order of `forward`. */
  readonly before: readonly Layer[];
  /** On to the data, in the order of `forward`. */
  readonly after: readonly Layer[];
}

/**
 * The layer of a flow that declares flow matching; undefined where none does.
 *
 * @throws DomainError when another part has parameters, for nothing would train them.
 */
export function matchedFlow(
  { flow }: Distribution,
  layout: ParameterLayout,
): MatchedFlow | undefined {
  const layers = flow ? layersOf(flow.bijector) : [];
  const index = layers.findIndex(({ bijector }) => bijector.field?.matching);
  const layer = layers[index];
  if (!flow || !layer) return undefined;
  const own = ["bijector", layer.path].filter(Boolean).join(".");
  const other = layout.slots.find(({ path }) => !path.startsWith(`${own}.`));
  if (other) {
    throw new DomainError(
      `fit: flow matching trains one layer alone, at ${own}, and ${other.path} would stay as it is. Leave that ` +
        "part out, or leave out matching, to train by likelihood.",
    );
  }
  const field = layer.bijector.field as MatchedFlow["field"];
  return { flow, layer, field, before: layers.slice(0, index), after: layers.slice(index + 1) };
}
