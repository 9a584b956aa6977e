import { DataError } from "pushforward";
import { counted } from "../table/wording.ts";

/** The upper bits of each pixel of 8: values from 0 to `2^bits - 1`. */
export function upperBits(pixels: Uint8Array, bits: number): Uint8Array {
  return bits === 8 ? pixels : pixels.map((value) => value >> (8 - bits));
}

/**
 * Refuses images of which nothing is left in the upper bits.
 *
 * @param source what messages call the images.
 * @throws DataError when these bits of all pixels are 0.
 */
export function refuseBlack(source: string, pixels: Uint8Array, bits: number): void {
  const largest = pixels.reduce((most, value) => Math.max(most, value), 0);
  if (largest >> (8 - bits) > 0) return;
  throw new DataError(
    largest === 0
      ? `${source}: every pixel is 0, and black images tell nothing; get them again`
      : `${source}: the images are black in their upper ${counted(bits, "bit")}, as their largest ` +
          `value is ${largest} of 255; multiply by ${Math.floor(255 / largest)} if that is white, or ` +
          "keep more with --bits",
  );
}

/**
 * Pixels from 0 to `high` stretched to 0 to 255, so that white is white. {@link upperBits} takes
 * whole ones back to what they were.
 */
export function stretched(values: ArrayLike<number>, high: number): Float32Array {
  return Float32Array.from(values, (value) => Math.round((value * 255) / high));
}

/** Which values a pixel can take: `5 bits, 0 to 31`. */
export function depthText(high: number): string {
  const bits = Math.log2(high + 1);
  return Number.isInteger(bits) ? `${counted(bits, "bit")}, 0 to ${high}` : `0 to ${high}`;
}
