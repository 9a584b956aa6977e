import { DataError, DomainError, ShapeError } from "pushforward";
import type { Table } from "./table.ts";

/** Images of one size that belong together. */
export interface ImageBlock {
  /** Stands above the images. */
  readonly label?: string;
  /** Values 0 to 255, `[n, channels, height, width]`: 1 channel is grey, 3 are red, green, blue. */
  readonly images: Table;
  /** How many images stand in a row, if so many fit; default a row of up to 12, else a square. */
  readonly columns?: number;
  /** A short text below each image. */
  readonly captions?: readonly string[];
}

/**
 * Refuses a block that cannot be drawn.
 *
 * @param name what messages call the block.
 * @throws ShapeError for a shape other than `[n, 1 or 3, height, width]`, or one that does not fit
 * the data or the captions.
 * @throws DomainError for a number of columns that is no positive whole number.
 * @throws DataError for a value that is no number.
 */
export function checkImageBlock({ images, columns, captions }: ImageBlock, name: string): void {
  const { data, shape } = images;
  const sizes = `[${shape.join(", ")}]`;
  const whole = shape.every((size) => Number.isInteger(size) && size > 0);
  if (shape.length !== 4 || !whole || (shape[1] !== 1 && shape[1] !== 3)) {
    throw new ShapeError(
      `imageGrid: ${name} has images of shape ${sizes}, expected [n, channels, height, width] with one image at least and 1 channel (grey) or 3 (red, green, blue).`,
    );
  }
  const count = shape[0] as number;
  if (data.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new ShapeError(
      `imageGrid: ${name} has ${data.length} values, which do not make images of shape ${sizes}; give one value for each pixel and channel.`,
    );
  }
  if (captions !== undefined && captions.length !== count) {
    throw new ShapeError(
      `imageGrid: ${name} has ${captions.length} captions for ${count} images; give one for each, or none.`,
    );
  }
  if (columns !== undefined && !(Number.isInteger(columns) && columns > 0)) {
    throw new DomainError(
      `imageGrid: ${name} asks for ${columns} columns, expected a whole number from 1 on; leave it out for a number that suits the images.`,
    );
  }
  refuseNaN(data, data.length / count, name);
}

function refuseNaN(data: ArrayLike<number>, perImage: number, name: string): void {
  for (let index = 0; index < data.length; index++) {
    if (!Number.isNaN(data[index])) continue;
    throw new DataError(
      `imageGrid: image ${Math.floor(index / perImage) + 1} of ${name} holds a value that is not a number, expected 0 to 255; leave the image out.`,
    );
  }
}
