import { layersOf } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { type ParameterLayout, parametersAt, splitParameters } from "../core/parameters.ts";
import type { Spec } from "../core/spec.ts";
import { type NDArray, np, tree, valueAndGrad } from "../engine/index.ts";
import type { Batch } from "./train-step.ts";

/**
 * Find where a loss or gradient stops being finite, for the error message: the first layer on the
 * way from data to base whose output is not finite, else the base, else the first parameter whose
 * gradient is not. Nothing is consumed. Slow: it runs layer by layer, uncompiled.
 */
export function locateNonFinite(
  flow: Distribution,
  layout: ParameterLayout,
  parameters: NDArray,
  { x, cond }: Batch,
): string {
  const forward = firstBadLayer(flow, layout, parameters, x, cond);
  if (forward) return forward;
  const leaves = splitParameters(layout, parameters.ref);
  const loss = (pieces: NDArray[]) =>
    flow.logProb(layout.toTree(pieces), x.ref, cond?.ref).mean().neg();
  const [value, gradients] = valueAndGrad(loss)(leaves) as unknown as [NDArray, NDArray[]];
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
  for (const { path, bijector } of layersOf(flow.bijector).toReversed()) {
    const layerCond = bijector.condShape ? cond?.ref : undefined;
    const own = parametersAt(params.bijector, path);
    const [next, logDet] = bijector.inverseAndLogDet(tree.ref(own), z, layerCond);
    z = next;
    if (!allFinite(z.ref) || !allFinite(logDet)) {
      tree.dispose([z, params] as never);
      return `layer ${path || "0"} (${describeLayer(bijector.spec)})`;
    }
  }
  const baseCond = flow.base.condShape ? cond?.ref : undefined;
  const inBase = allFinite(flow.base.logProb(tree.ref(params.base), z, baseCond));
  tree.dispose(params as never);
  return inBase ? null : `the base distribution (${flow.base.kind})`;
}

/** The kind of a layer, looking through inversions. */
function describeLayer({ bijector, options }: Spec): string {
  const inner = (options as { bijector?: Spec }).bijector;
  return inner?.bijector ? describeLayer(inner) : (bijector ?? "bijector");
}

function allFinite(values: NDArray): boolean {
  return Boolean(np.isfinite(values).all().item());
}
