import { DataError } from "pushforward";
import { counted } from "../table/wording.ts";
import { type Conversion, conversions, type DecodedImage, decodeImage } from "./decode-image.ts";
import type { ImageSet } from "./image-set.ts";

/** How many files are decoded at a time: enough for the cores, few enough for the memory. */
const AT_ONCE = 8;

/** The most bytes of pixels that are held. */
const LARGEST = 2 ** 32;

/**
 * Decodes pictures of one size into one array, in the order of their paths.
 *
 * @param source what the set is called: the path as it was given.
 * @throws DataError when one cannot be read, or when they differ in size or in channels.
 */
export async function collectImages(source: string, paths: readonly string[]): Promise<ImageSet> {
  const tally = new Map<Conversion, number>();
  let first: DecodedImage | undefined;
  let pixels = new Uint8Array();
  for (let begin = 0; begin < paths.length; begin += AT_ONCE) {
    const batch = paths.slice(begin, begin + AT_ONCE);
    // Settled, not all: of several bad files the first in order is reported, every time.
    const results = await Promise.allSettled(batch.map(decodeImage));
    for (const [place, result] of results.entries()) {
      if (result.status === "rejected") throw result.reason;
      const image = result.value;
      if (!first) {
        first = image;
        pixels = allocate(source, paths.length, image);
      }
      refuseOther(source, [paths[0] as string, first], [batch[place] as string, image]);
      pixels.set(image.pixels, (begin + place) * image.pixels.length);
      for (const name of image.conversions) tally.set(name, (tally.get(name) ?? 0) + 1);
    }
  }
  if (!first) throw new DataError(`${source}: holds no images; add PNG or JPEG files`);
  return {
    source,
    shape: [first.channels, first.height, first.width],
    count: paths.length,
    pixels,
    notices: [...tally].map(([name, count]) => `${conversions[name]}: ${counted(count, "image")}.`),
  };
}

function allocate(source: string, count: number, { pixels, height, width }: DecodedImage) {
  const size = count * pixels.length;
  if (size <= LARGEST) return new Uint8Array(size);
  throw new DataError(
    `${source}: ${counted(count, "image")} of ${width} x ${height} pixels need ` +
      `${(size / 1e9).toFixed(1)} GB, more than can be held; scale them down, or take fewer`,
  );
}

type Named = readonly [path: string, image: DecodedImage];

function refuseOther(source: string, [firstPath, first]: Named, [path, image]: Named): void {
  if (image.channels !== first.channels) {
    const [grey, colour] = first.channels === 1 ? [firstPath, path] : [path, firstPath];
    throw new DataError(
      `${source}: mixes grey and colour: ${grey} is grey, ${colour} is in colour; save all in grey ` +
        "or all in RGB",
    );
  }
  if (image.width !== first.width || image.height !== first.height) {
    throw new DataError(
      `${source}: the images differ in size: ${firstPath} has ${sizeOf(first)} pixels, ${path} has ` +
        `${sizeOf(image)}; scale or crop them to one size`,
    );
  }
}

const sizeOf = ({ width, height }: DecodedImage): string => `${width} x ${height}`;
