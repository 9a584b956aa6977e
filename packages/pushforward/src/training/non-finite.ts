import type { Distribution } from "../core/distribution.ts";
import { type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { walkLayers } from "../core/walk-layers.ts";
import { type EngineArray, jit, type NDArray, np, tree, valueAndGrad } from "../engine/index.ts";
import type { Batch } from "./train-step.ts";

/**
 * Find where a loss or gradient stops being finite, for the error message: the first layer on the
 * way from data to base whose output is not finite, else the base, else the first parameter whose
 * gradient is not. Nothing is consumed. Slow: the layers run one by one, uncompiled.
 */
export function locateNonFinite(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: EngineArray,
  batch: Batch,
): string {
  const { x, cond } = { x: batch.x.toDevice(), cond: batch.cond?.toDevice() };
  const flat = parameters.toDevice();
  const where = locate(flow, layout, flat, x, cond);
  tree.dispose([x, cond, flat].filter((array) => array !== undefined));
  return where;
}

function locate(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: NDArray,
  x: NDArray,
  cond: NDArray | undefined,
): string {
  const forward = firstBadLayer(flow, layout, parameters, x, cond);
  if (forward) return forward;
  const leaves = splitParameters(layout, parameters.ref);
  const loss = (pieces: NDArray[]) =>
    flow.logProb(layout.toTree(pieces), x.ref, cond?.ref).mean().neg();
  // Compiled, as training is: eagerly, arrays of equal numbers are folded, and 0 / 0 can end as 0.
  const differentiate = jit<[NDArray[]], [NDArray, NDArray[]]>(valueAndGrad(loss) as never);
  const [value, gradients] = differentiate(leaves);
  differentiate.dispose();
  value.dispose();
  const finite = gradients.map(allFinite);
  const bad = layout.slots[finite.indexOf(false)];
  return bad ? `the gradient of parameter ${bad.path}` : "the loss";
}

function firstBadLayer(
  { flow, kind }: Distribution,
  layout: ParameterLayout,
  parameters: NDArray,
  x: NDArray,
  cond: NDArray | undefined,
): string | null {
  if (!flow) return `the log-density of ${kind}`;
  const params = layout.toTree(splitParameters(layout, parameters.ref)) as {
    base: NDArray;
    bijector: NDArray;
  };
  let z = x.ref;
  for (const step of walkLayers(flow.bijector, params.bijector, x, cond, "inverse")) {
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
  return inBase ? null : `the base distribution (${flow.base.kind})`;
}

function allFinite(values: NDArray): boolean {
  return Boolean(np.isfinite(values).all().item());
}
