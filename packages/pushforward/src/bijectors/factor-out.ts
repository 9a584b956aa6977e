import { type Bijector, type Direction, defineBijector, layersOf } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ShapeError } from "../core/errors.ts";
import { checkImage } from "../core/image.ts";
import { type Shape, showShape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";

export interface FactorOutOptions<P extends Tree> {
  /** `[channels, height, width]`. */
  shape: Shape;
  /** A bijector on the first channels, `[fewer channels, height, width]`. */
  bijector: Bijector<P>;
}

/**
 * Send the first channels through a bijector and let the others go straight to the base: these are factored
 * out, and have their latents at this scale. The log-determinant is the bijector's (Dinh et al. 2017,
 * arXiv:1605.08803, section 3.6, equation 13).
 *
 * @throws ShapeError when the event is not an image, or the bijector's not one of the same height and width with
 * fewer channels.
 */
export function factorOut<P extends Tree>(options: FactorOutOptions<P>): Bijector<P> {
  const { bijector } = options;
  checkBijector("factorOut", bijector);
  const shape = checkImage("factorOut", options.shape);
  const [channels, height, width] = shape;
  const [kept, ...space] = bijector.shape as [number, ...number[]];
  if (space.length !== 2 || space[0] !== height || space[1] !== width || !(kept < channels)) {
    throw new ShapeError(
      `factorOut: ${bijector.kind} has the event shape ${showShape(bijector.shape)}, expected fewer channels of ` +
        `${showShape(shape)}, such as ${showShape([Math.ceil(channels / 2), height, width])}.`,
    );
  }
  const { condShape, cost, initFromData, interval, changesTails } = bijector;
  const first = (x: NDArray) => x.slice([], [0, kept]);

  const apply =
    (direction: Direction) =>
    (params: P, x: NDArray, cond: NDArray | undefined): [NDArray, NDArray] => {
      const [y, logDet] = bijector[`${direction}AndLogDet`](params, first(x.ref), cond);
      return [np.concatenate([y, x.slice([], [kept, channels])], 1), logDet];
    };

  return defineBijector<P>({
    kind: "factorOut",
    shape,
    condShape,
    cost,
    options: { shape, bijector },
    init: bijector.init,
    forwardAndLogDet: apply("forward"),
    inverseAndLogDet: apply("inverse"),
    ...(initFromData && {
      initFromData: (params: P, x, cond, direction) =>
        initFromData(params, first(x), cond, direction),
    }),
    interval,
    changesTails,
    scales: Array.from({ length: sizeOf(shape) }, (_, index) =>
      index < sizeOf(bijector.shape) ? 1 + (bijector.scales?.[index] ?? 0) : 0,
    ),
    layers: (path) =>
      layersOf(bijector, path).map((layer) => ({
        ...layer,
        bijector: factorOut({ shape, bijector: layer.bijector }),
      })),
  });
}
