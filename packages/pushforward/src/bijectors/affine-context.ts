import { type Bijector, defineBijector, layersOf } from "../core/bijector.ts";
import { type ContextScaling, contextScaling } from "../core/context-scaling.ts";
import type { Iteration } from "../core/iteration.ts";
import type { VelocityField } from "../core/velocity-field.ts";
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
  const { shape, condShape, cost, initFromData, interval, changesTails, integers, scales, pieces } =
    bijector;
  const { forward, inverse } = bijector.iterations ?? {};
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
    checkParameters: bijector.checkParameters,
    settleParameters: bijector.settleParameters,
    iterations: bijector.iterations && {
      ...(forward && { forward: told(forward, standardize) }),
      ...(inverse && { inverse: told(inverse, standardize) }),
    },
    field: bijector.field && toldField(bijector.field, standardize),
    ...(pieces && {
      pieces: (count: number) =>
        pieces(count).map(({ bijector: piece, ...rest }) => ({
          ...rest,
          bijector: affineContext({ bijector: piece, shift, scale }),
        })),
    }),
    layers: (path) =>
      layersOf(bijector, path).map((layer) =>
        layer.bijector.condShape
          ? { ...layer, bijector: affineContext({ bijector: layer.bijector, shift, scale }) }
          : layer,
      ),
  });
}

type ContextMap = ReturnType<typeof contextScaling>;

/** The same iteration, told another context. */
function told<P extends Tree>(iteration: Iteration<P>, standardize: ContextMap): Iteration<P> {
  return {
    ...iteration,
    start: (params, x, cond, wantsLogDet) =>
      iteration.start(params, x, standardize(cond), wantsLogDet),
    step: (params, state, cond) => iteration.step(params, state, standardize(cond)),
    finish: (params, state, cond) => iteration.finish(params, state, standardize(cond)),
  };
}

/** The same velocity, told another context. */
function toldField<P extends Tree>(
  field: VelocityField<P>,
  standardize: ContextMap,
): VelocityField<P> {
  return {
    ...field,
    at: (params, time, z, cond) => field.at(params, time, z, standardize(cond)),
    rates: (params, context, probe) => (time, z) => {
      const columns = standardize(context?.ref.transpose())?.transpose();
      const rates = field.rates(params, columns, probe)(time, z);
      columns?.dispose();
      return rates;
    },
  };
}
