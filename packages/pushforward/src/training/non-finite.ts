import { layersOf } from "../core/bijector.ts";
import type { Distribution, FlowParams, FlowParts } from "../core/distribution.ts";
import { type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { disposeEffects } from "../core/training-mode.ts";
import { walkLayers } from "../core/walk-layers.ts";
import { type EngineArray, jit, type NDArray, np, tree } from "../engine/index.ts";
import { matchedFlow } from "./matched-flow.ts";
import { type Batch, lossGradient } from "./train-step.ts";
import { withTrainingNoise } from "./training-noise.ts";

/** What to look through; the arrays are lent. */
interface Search {
  readonly flow: Distribution;
  readonly layout: ParameterLayout;
  readonly parameters: NDArray;
  readonly batch: Batch<NDArray>;
}

/**
 * Find where the loss or gradient of a training step stops being finite, for the error message: the
 * first layer on the way from data to base whose output is not finite, else the base, else the first
 * parameter whose gradient is not. Of flow matching, whose loss is no density: such a layer, else the loss. Nothing is
 * consumed. Slow: the layers run one by one, uncompiled.
 */
export function locateInTraining(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: EngineArray,
  batch: Batch,
): string {
  const own = toDevice(parameters, batch);
  const locate = matchedFlow(flow, layout) ? locateInMatching : locateInLikelihood;
  const found = locate({ flow, layout, ...own });
  tree.dispose(own);
  return found;
}

function locateInLikelihood(search: Search): string {
  const [where, effects] = withTrainingNoise(tree.ref(search.batch.noise ?? []), () =>
    firstBadPart(search),
  );
  disposeEffects(effects);
  return where ?? badGradient(search) ?? "the loss";
}

/** The noise of matching is not that of its layers: these are walked as in evaluation. */
function locateInMatching({ flow: { flow }, layout, parameters, batch }: Search): string {
  const params = treeOf(layout, parameters);
  const end = passLayers(flow as FlowParts, params, batch);
  tree.dispose(params);
  if (typeof end === "string") return end;
  end.dispose();
  return "the loss of the velocity";
}

/** The same for the log-density of a validation row, which has no gradient. */
export function locateInValidation(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: EngineArray,
  batch: Batch,
): string {
  const own = toDevice(parameters, batch);
  const where = firstBadPart({ flow, layout, ...own });
  tree.dispose(own);
  return where ?? "the log-density";
}

function toDevice(parameters: EngineArray, { x, cond, noise }: Batch) {
  return {
    parameters: parameters.toDevice(),
    batch: {
      x: x.toDevice(),
      ...(cond && { cond: cond.toDevice() }),
      ...(noise && { noise: noise.map((each) => each.toDevice()) }),
    },
  };
}

function badGradient({ flow, layout, parameters, batch }: Search): string | undefined {
  // Compiled, as training is: eagerly, arrays of equal numbers are folded, and 0 / 0 can end as 0.
  const compiled = jit((leaves: NDArray[], batch: Batch<NDArray>) =>
    lossGradient(flow, layout, leaves, batch, np.array(1 / batch.x.shape[0])),
  );
  const leaves = splitParameters(layout, parameters.ref);
  const { loss, updates, gradients } = compiled(leaves, tree.ref(batch));
  compiled.dispose();
  tree.dispose([loss, updates]);
  const finite = gradients.map(allFinite);
  const bad = layout.slots[finite.indexOf(false)];
  return bad && `the gradient of parameter ${bad.path}`;
}

/** A layer on the way from data to base, else the base; null where both are sound. */
function firstBadPart({ flow: whole, layout, parameters, batch }: Search): string | null {
  const { flow, kind } = whole;
  if (!flow) return `the log-density of ${kind}`;
  const params = treeOf(layout, parameters);
  const end = passLayers(flow, params, batch);
  const base = tree.ref(params.base);
  tree.dispose(params);
  if (typeof end === "string") {
    tree.dispose(base);
    return end;
  }
  const context = flow.base.condShape ? batch.cond?.ref : undefined;
  if (allFinite(flow.base.logProb(base, end, context))) return null;
  const box = flow.base.support
    ? ", which has a density on a box only: let the last layer map onto it"
    : "";
  return `the base distribution (${flow.base.kind}${box})`;
}

/** The first layer whose output is not finite, else what comes out of the last; the arrays are lent. */
function passLayers(
  { bijector }: FlowParts,
  params: FlowParams,
  { x, cond }: Batch<NDArray>,
): string | NDArray {
  let z = x.ref;
  for (const step of walkLayers(layersOf(bijector), params.bijector, x, cond, "inverse")) {
    z.dispose();
    if (!allFinite(step.output.ref) || !allFinite(step.logDet.ref)) {
      return `layer ${step.path || "0"} (${step.name})`;
    }
    z = step.output.ref;
  }
  return z;
}

function treeOf(layout: ParameterLayout, parameters: NDArray): FlowParams {
  return layout.toTree(splitParameters(layout, parameters.ref)) as FlowParams;
}

function allFinite(values: NDArray): boolean {
  return Boolean(np.isfinite(values).all().item());
}
