import { type Bijector, layersOf } from "./bijector.ts";
import type { Distribution } from "./distribution.ts";
import { type HostTree, parametersAt } from "./parameters.ts";

/**
 * Bring the state of a bijector's layers up to their weights, in place.
 *
 * @param params a tree in which the bijector's own are at `path`.
 */
export function settleBijector(bijector: Bijector, params: HostTree, path = ""): void {
  for (const { path: place, bijector: layer } of layersOf(bijector, path)) {
    layer.settleParameters?.(parametersAt(params as never, place) as never);
  }
}

/** The same for a flow's layers, and for those of its base. */
export function settleFlow({ flow }: Distribution, params: HostTree): void {
  if (!flow) return;
  settleBijector(flow.bijector, params, "bijector");
  settleFlow(flow.base, parametersAt(params as never, "base") as never);
}
