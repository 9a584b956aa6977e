import { type Bijector, layersOf } from "./bijector.ts";
import type { Distribution } from "./distribution.ts";
import { type HostTree, parametersAt } from "./parameters.ts";

/**
 * What is wrong with parameters of unknown origin, and in which layer of a bijector; `undefined`: nothing.
 *
 * @param params a tree in which the bijector's own are at `path`.
 */
export function bijectorFault(
  bijector: Bijector,
  params: HostTree,
  path: string,
): string | undefined {
  for (const { path: place, name, bijector: layer } of layersOf(bijector, path)) {
    const fault = layer.checkParameters?.(parametersAt(params as never, place) as never);
    if (fault) return `${place ? `layer ${place} (${name})` : name}: ${fault}`;
  }
  return undefined;
}

/** The same of a flow's layers, and of those of its base. */
export function flowFault({ flow }: Distribution, params: HostTree): string | undefined {
  if (!flow) return undefined;
  const fault = bijectorFault(flow.bijector, params, "bijector");
  return fault ?? flowFault(flow.base, parametersAt(params as never, "base") as never);
}
