import { ShapeError } from "./errors.ts";
import { checkShape, type Shape, showShape } from "./shape.ts";

/** `[channels, height, width]`. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/**
 * The event shape of a layer for images; `who` takes nothing else.
 *
 * @throws ShapeError.
 */
export function checkImage(who: string, shape: Shape): ImageShape {
  checkShape(who, shape);
  if (shape.length === 3) return Object.freeze([...shape]) as unknown as ImageShape;
  throw new ShapeError(
    `${who}: works on images, shape [channels, height, width]; got ${showShape(shape)}. A grey image of ` +
      "28 by 28 pixels is [1, 28, 28].",
  );
}

/** The shape after {@link squeezed} has put each square of 2 by 2 pixels into the channels. */
export function squeezedShape([channels, height, width]: ImageShape): ImageShape {
  return [4 * channels, height / 2, width / 2];
}

/**
 * Check that images can be halved in height and width so many times.
 *
 * @throws ShapeError naming the nearest sizes that can.
 */
export function checkSqueezes(who: string, shape: ImageShape, times: number): void {
  const factor = 2 ** times;
  const [, height, width] = shape;
  if (height % factor === 0 && width % factor === 0) return;
  const nearest = [height, width].map((length) => Math.ceil(length / factor) * factor);
  const most = timesHalved(shape);
  throw new ShapeError(
    `${who}: images ${height} pixels high and ${width} wide cannot be halved${times === 1 ? "" : ` ${times} times`}: height and width must be ` +
      `multiples of ${factor}. Pad or crop them, to ${nearest.join(" by ")} for instance, or take ` +
      (most > 0 ? `${most === 1 ? "1 level" : `at most ${most} levels`}.` : "even sizes."),
  );
}

/** How often height and width can be halved. */
export function timesHalved([, height, width]: ImageShape): number {
  const powerIn = (length: number) => Math.log2(length & -length);
  return Math.min(powerIn(height), powerIn(width));
}
