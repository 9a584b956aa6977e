import type { ActiveInterval, Bijector } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ShapeError } from "../core/errors.ts";
import { checkImage } from "../core/image.ts";
import { type Shape, showShape } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { wrapped } from "./wrapped.ts";

export interface PerPixelOptions<P extends Tree> {
  /** `[channels, height, width]`. */
  shape: Shape;
  /** A bijector on the vector of a pixel's channels, `[channels]`. */
  bijector: Bijector<P>;
}

/**
 * One bijector of vectors applied to the channels of every pixel; log-determinants add up over the pixels. With
 * a linear bijector this is the invertible convolution of 1 by 1 (log-det `h w log|det W|`; Kingma and Dhariwal
 * 2018, arXiv:1807.03039, section 3.2), with {@link actNorm} or {@link batchNorm} their version for images, with
 * one scale and shift for each channel.
 *
 * Its pixels are the rows of the bijector: one that is iterated takes its fixed number of steps here.
 *
 * @throws ShapeError when the event is not an image, or the bijector not one on its channels.
 */
export function perPixel<P extends Tree>(options: PerPixelOptions<P>): Bijector<P> {
  const { bijector } = options;
  checkBijector("perPixel", bijector);
  const shape = checkImage("perPixel", options.shape);
  const [channels, height, width] = shape;
  if (bijector.shape.length !== 1 || bijector.shape[0] !== channels) {
    throw new ShapeError(
      `perPixel: ${bijector.kind} has the event shape ${showShape(bijector.shape)}, expected [${channels}]: the ` +
        `channels of one pixel of ${showShape(shape)}.`,
    );
  }
  const { condShape, interval } = bijector;

  /** The context of each pixel, from that of each image. */
  function forPixels(cond: NDArray | undefined): NDArray | undefined {
    if (!cond || !condShape) return undefined;
    const rows = cond.shape[0] as number;
    const apart = cond.reshape([rows, 1, ...condShape]);
    const spread = np.broadcastTo(apart, [rows, height * width, ...condShape]);
    return spread.reshape([-1, ...condShape]);
  }

  return wrapped({
    kind: "perPixel",
    shape,
    bijector,
    // [n, c, h, w] as [n h w, c], and back.
    enter: (x) => np.transpose(x, [0, 2, 3, 1]).reshape([-1, channels]),
    leave: (y) => np.transpose(y.reshape([-1, height, width, channels]), [0, 3, 1, 2]),
    context: forPixels,
    logDet: (logDet) => logDet.reshape([-1, height * width]).sum(1),
    again: (layer) => perPixel({ shape, bijector: layer }),
    interval: interval && everywhere(interval, height * width),
  });
}

function everywhere(interval: ActiveInterval, pixels: number): ActiveInterval {
  const indices = interval.indices.flatMap((channel) =>
    Array.from({ length: pixels }, (_, pixel) => channel * pixels + pixel),
  );
  return { ...interval, indices };
}
