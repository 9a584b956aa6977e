import { type Bijector, defineBijector, layersOf } from "../core/bijector.ts";
import { ConditionError, DomainError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";

export interface AffineContextOptions<P extends Tree> {
  bijector: Bijector<P>;
  /** One number per number of the context. */
  shift: readonly number[];
  /** One number per number of the context, finite and not 0. */
  scale: readonly number[];
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
  const { shape, condShape, cost, initFromData } = bijector;
  if (!condShape || sizeOf(condShape) !== shift.length || shift.length !== scale.length) {
    throw new ConditionError(
      `affineContext: got ${shift.length} shifts and ${scale.length} scales for ${bijector.kind}, ` +
        `which takes a context of ${condShape ? sizeOf(condShape) : 0} numbers.`,
    );
  }
  if (!scale.every((value, i) => Number.isFinite((shift[i] as number) / value))) {
    throw new DomainError("affineContext: shifts and scales must be finite, and no scale 0.");
  }
  const constant = (values: readonly number[]) => np.array([...values], { shape: [...condShape] });
  const standardize = (cond: NDArray | undefined) =>
    cond?.sub(constant(shift)).mul(constant(scale.map((value) => 1 / value)));

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
    interval: bijector.interval,
    layers: (path) =>
      layersOf(bijector, path).map((layer) =>
        layer.bijector.condShape
          ? { ...layer, bijector: affineContext({ bijector: layer.bijector, shift, scale }) }
          : layer,
      ),
  });
}
