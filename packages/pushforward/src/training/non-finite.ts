import { layersOf } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { disposeEffects } from "../core/training-mode.ts";
import { walkLayers } from "../core/walk-layers.ts";
import { type EngineArray, jit, type NDArray, np, tree } from "../engine/index.ts";
import { type Batch, lossGradient } from "./train-step.ts";
import { withTrainingNoise } from "./training-noise.ts";

/**
 * Find where the loss or gradient of a training step stops being finite, for the error message: the
 * first layer on the way from data to base whose output is not finite, else the base, else the first
 * parameter whose gradient is not. Nothing is consumed. Slow: the layers run one by one, uncompiled.
 */
export function locateInTraining(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: EngineArray,
  batch: Batch,
): string {
  const own = toDevice(parameters, batch);
  const [where, effects] = withTrainingNoise(tree.ref(own.batch.noise ?? []), () =>
    firstBadLayer(flow, layout, own.parameters, own.batch),
  );
  disposeEffects(effects);
  const found = where ?? badGradient(flow, layout, own.parameters, own.batch) ?? "the loss";
  tree.dispose(own);
  return found;
}

/** The same for the log-density of a validation row, which has no gradient. */
export function locateInValidation(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: EngineArray,
  batch: Batch,
): string {
  const own = toDevice(parameters, batch);
  const where = firstBadLayer(flow, layout, own.parameters, own.batch);
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

function badGradient(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: NDArray,
  batch: Batch<NDArray>,
): string | undefined {
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

function firstBadLayer(
  { flow, kind }: Distribution,
  layout: ParameterLayout,
  parameters: NDArray,
  { x, cond }: Batch<NDArray>,
): string | null {
  if (!flow) return `the log-density of ${kind}`;
  const params = layout.toTree(splitParameters(layout, parameters.ref)) as {
    base: NDArray;
    bijector: NDArray;
  };
  let z = x.ref;
  for (const step of walkLayers(layersOf(flow.bijector), params.bijector, x, cond, "inverse")) {
    if (!allFinite(step.output.ref) || !allFinite(step.logDet.ref)) {
      tree.dispose([z, params] as never);
      return `layer ${step.path || "0"} (${step.name})`;
    }
    z.dispose();
    z = step.output.ref;
  }
  const baseCond = flow.base.condShape ? cond?.ref : undefined;
  const inBase = allFinite(flow.base.logProb(tree.ref(params.base), z, baseCond));
  tree.dispose(params as never);
  if (inBase) return null;
  const box = flow.base.support
    ? ", which has a density on a box only: let the last layer map onto it"
    : "";
  return `the base distribution (${flow.base.kind}${box})`;
}

function allFinite(values: NDArray): boolean {
  return Boolean(np.isfinite(values).all().item());
}
