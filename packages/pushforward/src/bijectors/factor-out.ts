import type { Bijector } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ShapeError } from "../core/errors.ts";
import { checkImage } from "../core/image.ts";
import { type Shape, showShape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { wrapped } from "./wrapped.ts";

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
  return wrapped({
    kind: "factorOut",
    shape,
    bijector,
    enter: (x) => x.slice([], [0, kept]),
    aside: (x) => x.slice([], [kept, channels]),
    leave: (y, others) => np.concatenate([y, others as NDArray], 1),
    again: (layer) => factorOut({ shape, bijector: layer }),
    interval: bijector.interval,
    scales: Array.from({ length: sizeOf(shape) }, (_, index) =>
      index < sizeOf(bijector.shape) ? 1 + (bijector.scales?.[index] ?? 0) : 0,
    ),
  });
}
