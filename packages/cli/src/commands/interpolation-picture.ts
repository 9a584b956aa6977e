import { DataError } from "pushforward";
import { contextsOf, firstImages, type ImageRows, selectImages } from "../images/image-rows.ts";
import type { ImageSet } from "../images/image-set.ts";
import { type ImageBlock, imageGrid } from "../plot/index.ts";
import { shuffled } from "../table/shuffled.ts";
import { counted, quoted } from "../table/wording.ts";
import type { ImageModel } from "./image-model.ts";
import type { ModelImages } from "./model-images.ts";
import type { Picture } from "./picture.ts";
import { shownImages } from "./shown-images.ts";

const STRIPS = 4;
const STEPS = 11;

/** Images on the way from one real image to another, in equal steps between their latents. */
export async function interpolationPicture(
  of: ImageModel,
  { images, rows }: ModelImages,
  seed: number,
): Promise<Picture> {
  const pairs = pairsOf(rows, seed);
  if (pairs.length === 0) {
    throw new DataError(
      `${images.source}: an interpolation needs two images${of.classes ? " of one class" : ""}; name more of them`,
    );
  }
  const blocks: ImageBlock[] = [];
  for (const pair of pairs) {
    const both = selectImages(rows, Uint32Array.from(pair));
    const [a, b] = [both.data.subarray(0, of.size), both.data.subarray(of.size)];
    const context = contextsOf(firstImages(both, 1).labels);
    const path = await of.model.interpolate(a, b, { steps: STEPS, context });
    blocks.push({
      label: pair.map((number) => nameOf(images, number)).join(" to "),
      images: shownImages(of, path),
      columns: STEPS,
    });
  }
  return {
    parts: [await imageGrid({ blocks })],
    subtitle: `${counted(blocks.length, "pair")} of images at the ends, and what lies between their latents`,
  };
}

function nameOf({ names }: ImageSet, number: number): string {
  const name = names?.[number];
  return name === undefined ? `image ${number}` : quoted(name);
}

/** Pairs of different images at random, each of one class where there are classes. */
export function pairsOf({ shape, labels }: ImageRows, seed: number): [number, number][] {
  const pairs: [number, number][] = [];
  const waiting = new Map<number, number>();
  for (const image of shuffled(shape[0], seed)) {
    const label = labels?.values[image] ?? 0;
    const partner = waiting.get(label);
    if (partner === undefined) {
      waiting.set(label, image);
      continue;
    }
    waiting.delete(label);
    pairs.push([partner, image]);
    if (pairs.length === STRIPS) break;
  }
  return pairs;
}
