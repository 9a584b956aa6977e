import { type Bijector, type Direction, defineBijector, layersOf } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ShapeError } from "../core/errors.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../core/shape.ts";
import type { NDArray, Tree } from "../engine/index.ts";

export interface ReshapedOptions<P extends Tree> {
  /** Event shape of the whole. */
  shape: Shape;
  /** A bijector on events of as many numbers in another shape. */
  bijector: Bijector<P>;
}

/**
 * A bijector on events of another shape, their numbers in row-major order: with it, layers for vectors
 * work on images.
 *
 * @throws ShapeError when the shapes hold different numbers of numbers.
 */
export function reshaped<P extends Tree>({ shape, bijector }: ReshapedOptions<P>): Bijector<P> {
  checkShape("reshaped", shape);
  checkBijector("reshaped", bijector);
  const { shape: inner, condShape, cost, initFromData } = bijector;
  if (sizeOf(shape) !== sizeOf(inner)) {
    throw new ShapeError(
      `reshaped: ${bijector.kind} has the event shape ${showShape(inner)}, ${sizeOf(inner)} numbers, and ` +
        `${showShape(shape)} holds ${sizeOf(shape)}.`,
    );
  }
  const enter = (x: NDArray) => x.reshape([-1, ...inner]);
  const apply =
    (direction: Direction) =>
    (params: P, x: NDArray, cond: NDArray | undefined): [NDArray, NDArray] => {
      const [y, logDet] = bijector[`${direction}AndLogDet`](params, enter(x), cond);
      return [y.reshape([-1, ...shape]), logDet];
    };
  return defineBijector<P>({
    kind: "reshaped",
    shape,
    condShape,
    cost,
    options: { shape, bijector },
    init: bijector.init,
    forwardAndLogDet: apply("forward"),
    inverseAndLogDet: apply("inverse"),
    ...(initFromData && {
      initFromData: (params: P, x, cond, direction) =>
        initFromData(params, enter(x), cond, direction),
    }),
    interval: bijector.interval,
    ...(bijector.support && { support: bijector.support }),
    changesTails: bijector.changesTails,
    integers: bijector.integers,
    scales: bijector.scales,
    layers: (path) =>
      layersOf(bijector, path).map((layer) => ({
        ...layer,
        bijector: reshaped({ shape, bijector: layer.bijector }),
      })),
  });
}
