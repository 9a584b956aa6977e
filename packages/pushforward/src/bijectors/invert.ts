import { type Bijector, type Direction, defineBijector, layersOf } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { reversedField } from "../core/velocity-field.ts";
import type { Tree } from "../engine/index.ts";

const opposite = { forward: "inverse", inverse: "forward" } as const;

/**
 * The same map read the other way round: `forward` and `inverse` change places.
 *
 * Flows use it to put a layer's cheap direction where it is needed most: the builders of this
 * library train in the direction that a layer calls `forward`.
 */
export function invert<P extends Tree>({ bijector }: { bijector: Bijector<P> }): Bijector<P> {
  checkBijector("invert", bijector);
  const { shape, condShape, cost, initFromData, iterations, field, pieces } = bijector;
  return defineBijector<P>({
    kind: "invert",
    shape,
    condShape,
    cost: { forward: cost.inverse, inverse: cost.forward },
    options: { bijector },
    init: bijector.init,
    forwardAndLogDet: bijector.inverseAndLogDet,
    inverseAndLogDet: bijector.forwardAndLogDet,
    ...(initFromData && {
      initFromData: (params: P, x, cond, direction: Direction) =>
        initFromData(params, x, cond, opposite[direction]),
    }),
    interval: bijector.interval,
    changesTails: bijector.changesTails,
    checkParameters: bijector.checkParameters,
    settleParameters: bijector.settleParameters,
    iterations: iterations && {
      ...(iterations.inverse && { forward: iterations.inverse }),
      ...(iterations.forward && { inverse: iterations.forward }),
    },
    field: field && reversedField(field),
    ...(pieces && {
      pieces: (count: number) =>
        pieces(count)
          .toReversed()
          .map(({ interval: [from, to], bijector: piece }) => ({
            interval: [to, from] as const,
            bijector: invert({ bijector: piece }),
          })),
    }),
    layers: (path) =>
      layersOf(bijector, path)
        .toReversed()
        .map((layer) => ({ ...layer, bijector: invert({ bijector: layer.bijector }) })),
  });
}
