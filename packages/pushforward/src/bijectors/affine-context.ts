import { type Bijector, defineBijector, layersOf } from "../core/bijector.ts";
import { type ContextScaling, contextScaling } from "../core/context-scaling.ts";
import type { Tree } from "../engine/index.ts";

export interface AffineContextOptions<P extends Tree> extends ContextScaling {
  bijector: Bijector<P>;
}

/**
 * The same bijector, told the context `(c - shift) / scale` instead of `c`: the standardisation
 * that `fit` puts in front of the networks of a conditional flow.
 *
 * @throws ConditionError when the bijector takes no context or one of another size; DomainError
 * when a number is not finite or a scale is 0.
 */
export function affineContext<P extends Tree>({
  bijector,
  shift,
  scale,
}: AffineContextOptions<P>): Bijector<P> {
  const { shape, condShape, cost, initFromData, interval, changesTails, integers, scales } =
    bijector;
  const standardize = contextScaling("affineContext", bijector, { shift, scale });

  return defineBijector<P>({
    kind: "affineContext",
    shape,
    condShape,
    cost,
    options: { bijector, shift, scale },
    init: bijector.init,
    forwardAndLogDet: (params, x, cond) => bijector.forwardAndLogDet(params, x, standardize(cond)),
    inverseAndLogDet: (params, y, cond) => bijector.inverseAndLogDet(params, y, standardize(cond)),
    ...(initFromData && {
      initFromData: (params: P, x, cond, direction) =>
        initFromData(params, x, standardize(cond), direction),
    }),
    interval,
    changesTails,
    integers,
    scales,
    layers: (path) =>
      layersOf(bijector, path).map((layer) =>
        layer.bijector.condShape
          ? { ...layer, bijector: affineContext({ bijector: layer.bijector, shift, scale }) }
          : layer,
      ),
  });
}
