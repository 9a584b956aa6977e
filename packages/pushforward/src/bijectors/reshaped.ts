import type { Bijector } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ShapeError } from "../core/errors.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../core/shape.ts";
import type { Tree } from "../engine/index.ts";
import { wrapped } from "./wrapped.ts";

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
  const { shape: inner, interval, support, integers, scales } = bijector;
  if (sizeOf(shape) !== sizeOf(inner)) {
    throw new ShapeError(
      `reshaped: ${bijector.kind} has the event shape ${showShape(inner)}, ${sizeOf(inner)} numbers, and ` +
        `${showShape(shape)} holds ${sizeOf(shape)}.`,
    );
  }
  return wrapped({
    kind: "reshaped",
    shape,
    bijector,
    enter: (x) => x.reshape([-1, ...inner]),
    leave: (y) => y.reshape([-1, ...shape]),
    again: (layer) => reshaped({ shape, bijector: layer }),
    interval,
    ...(support && { support }),
    integers,
    scales,
  });
}
