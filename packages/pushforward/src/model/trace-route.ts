import type { Layer } from "../core/bijector.ts";
import type { FlowParts } from "../core/distribution.ts";
import { layoutOf, parametersAt } from "../core/parameters.ts";
import { stagesOf, walkLayers } from "../core/walk-layers.ts";
import { type NDArray, type Tree, tree } from "../engine/index.ts";

/** What of the way from the base to the data is seen. */
export interface TraceSettings {
  /** Parts over time of each layer that has a time. */
  readonly pieces: number;
  /** Whose units a stage is in: its own, or those of the data. */
  readonly units: "stage" | "data";
}

/** The way of draws from the base to the data. */
export interface TraceRoute {
  /** What the stages are, the base first. */
  readonly stages: readonly { readonly name: string; readonly time?: number }[];
  /** The stages of latents, then the log-determinant of each layer; the parameters are lent, the rest is consumed. */
  follow(params: Tree, z: NDArray, cond: NDArray | undefined): NDArray[];
}

/**
 * The stages of a flow. In the units of the data, what is left of the way after the last layer with parameters, a
 * standardisation for instance, is applied to each of them.
 *
 * @param known some parameters, lent: their shapes tell which layers have any.
 */
export function traceRoute(
  { base, bijector }: FlowParts,
  known: Tree,
  { pieces, units }: TraceSettings,
): TraceRoute {
  const layers = stagesOf(bijector, pieces);
  const learns = ({ path }: Layer) => layoutOf(parametersAt(known, path)).size > 0;
  const count = units === "data" ? layers.findLastIndex(learns) + 1 : layers.length;
  const [own, fixed] = [layers.slice(0, count), layers.slice(count)];

  /** Consumes the rows; the context is lent. */
  function toUnits(params: Tree, z: NDArray, cond: NDArray | undefined): NDArray {
    let last = z;
    for (const { output } of walkLayers(fixed, params, z, cond, "forward")) {
      last.dispose();
      last = output.ref;
    }
    return last;
  }

  return {
    stages: [
      { name: `base: ${base.kind}` },
      ...own.map(({ name, time }) => ({ name, ...(time !== undefined && { time }) })),
    ],
    follow(params, z, cond) {
      const after: NDArray[] = [];
      const logDets: NDArray[] = [];
      for (const { output, logDet } of walkLayers(own, params, z, cond, "forward")) {
        after.push(output.ref);
        logDets.push(logDet.ref);
      }
      const stages = [z, ...after].map((stage) => toUnits(params, stage, cond));
      tree.dispose(cond ? [cond] : []);
      return [...stages, ...logDets];
    },
  };
}
