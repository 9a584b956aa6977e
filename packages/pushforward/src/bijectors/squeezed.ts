import type { Bijector } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ShapeError } from "../core/errors.ts";
import { checkImage, checkSqueezes, type ImageShape, squeezedShape } from "../core/image.ts";
import { type Shape, sameShape, showShape } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { wrapped } from "./wrapped.ts";

export interface SqueezedOptions<P extends Tree> {
  /** `[channels, height, width]`, height and width even. */
  shape: Shape;
  /** A bijector on `[4 channels, height / 2, width / 2]`. */
  bijector: Bijector<P>;
}

/**
 * A bijector applied to the squeezed image: each square of 2 by 2 pixels is put into the channels (first the
 * upper left pixels of all channels, then the upper right, lower left and lower right ones), and taken out again
 * after it. A reordering: the log-determinant is the bijector's (Dinh et al. 2017, arXiv:1605.08803, section 3.5).
 *
 * The event keeps its shape, so that whole flows on images do; {@link multiScale} builds on it.
 *
 * @throws ShapeError when the event is no image of even height and width, or the bijector's is not the
 * squeezed one.
 */
export function squeezed<P extends Tree>(options: SqueezedOptions<P>): Bijector<P> {
  const { bijector } = options;
  checkBijector("squeezed", bijector);
  const shape = checkImage("squeezed", options.shape);
  checkSqueezes("squeezed", shape, 1);
  if (!sameShape(bijector.shape, squeezedShape(shape))) {
    throw new ShapeError(
      `squeezed: ${bijector.kind} has the event shape ${showShape(bijector.shape)}, expected ` +
        `${showShape(squeezedShape(shape))}, ${showShape(shape)} squeezed.`,
    );
  }
  const { interval, scales } = bijector;
  const places = placesOf(shape);
  return wrapped({
    kind: "squeezed",
    shape,
    bijector,
    enter: (x) => squeeze(shape, x),
    leave: (y) => unsqueeze(shape, y),
    again: (layer) => squeezed({ shape, bijector: layer }),
    interval: interval && {
      ...interval,
      indices: interval.indices.map((index) => places[index] as number),
    },
    scales: scales && reordered(scales, places),
  });
}

/** `[n, c, h, w]` to `[n, 4 c, h / 2, w / 2]`; consumes. */
function squeeze([channels, height, width]: ImageShape, x: NDArray): NDArray {
  const apart = x.reshape([-1, channels, height / 2, 2, width / 2, 2]);
  const ordered = np.transpose(apart, [0, 3, 5, 1, 2, 4]);
  return ordered.reshape([-1, 4 * channels, height / 2, width / 2]);
}

/** The inverse of {@link squeeze}; consumes. */
function unsqueeze([channels, height, width]: ImageShape, y: NDArray): NDArray {
  const apart = y.reshape([-1, 2, 2, channels, height / 2, width / 2]);
  const ordered = np.transpose(apart, [0, 3, 4, 1, 5, 2]);
  return ordered.reshape([-1, channels, height, width]);
}

/** Where each number of the squeezed event lies in the image, both flattened. */
function placesOf([channels, height, width]: ImageShape): number[] {
  const places: number[] = [];
  for (const [down, right] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row += 2) {
        for (let column = 0; column < width; column += 2) {
          places.push((channel * height + row + down) * width + column + right);
        }
      }
    }
  }
  return places;
}

function reordered(values: readonly number[], places: readonly number[]): number[] {
  const result = new Array<number>(values.length);
  places.forEach((place, index) => {
    result[place] = values[index] as number;
  });
  return result;
}
