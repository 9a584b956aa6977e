import { basename } from "node:path";
import { bitsPerDimension, DataError, type Rows } from "pushforward";
import { contextsOf, firstImages, type ImageRows, selectImages } from "../images/image-rows.ts";
import type { LabelSet } from "../images/image-set.ts";
import { type ImageBlock, imageGrid, scoreHistogram } from "../plot/index.ts";
import { shuffled } from "../table/shuffled.ts";
import { counted } from "../table/wording.ts";
import type { ImageModel } from "./image-model.ts";
import type { ModelImages } from "./model-images.ts";
import type { Picture } from "./picture.ts";
import { shownImages } from "./shown-images.ts";

/** Enough for a histogram, and to find unusual images. */
const MOST_IMAGES = 2000;
const MOST_SAMPLES = 500;
/** Images shown at either end. */
const EXTREMES = 16;
const COLUMNS = 8;

/** The most and the least likely images, and how the scores of all compare with those of samples. */
export async function likelihoodPicture(
  of: ImageModel,
  { images, rows }: ModelImages,
  seed: number,
): Promise<Picture> {
  if (images.count < 2) {
    throw new DataError(
      `${images.source}: is one image, and likelihoods are to be compared; name more`,
    );
  }
  const chosen = selectImages(rows, shuffled(images.count, seed).subarray(0, MOST_IMAGES));
  const { shape, labels } = firstImages(chosen, MOST_SAMPLES);
  const samples = await of.model.sample(shape[0], { seed, context: contextsOf(labels) });
  const bits = await bitsOf(of, chosen, chosen.labels, seed);
  const groups = [
    { name: basename(images.source), values: bits },
    { name: "samples of the model", values: await bitsOf(of, samples, labels, seed) },
  ];
  const all = counted(images.count, "image");
  const shown =
    bits.length < images.count ? `${counted(bits.length, "image")} drawn from ${all}` : all;
  const histogram = scoreHistogram({ groups, title: "bits per dimension", better: "left" });
  return {
    parts: [await imageGrid({ blocks: extremes(of, chosen, bits) }), histogram],
    subtitle: `bits per dimension of ${shown} of ${basename(images.source)}`,
  };
}

async function bitsOf(
  { model, size }: ImageModel,
  images: Rows,
  labels: LabelSet | undefined,
  seed: number,
): Promise<number[]> {
  const logMass = await model.logMass(images, { seed, context: contextsOf(labels) });
  return Array.from(logMass, (value) => bitsPerDimension(value, size));
}

/** The images with the least and with the most bits per dimension, the outermost first. */
function extremes(of: ImageModel, images: ImageRows, bits: readonly number[]): ImageBlock[] {
  const order = Uint32Array.from(bits.keys()).sort((a, b) =>
    (bits[a] as number) < (bits[b] as number) ? -1 : 1,
  );
  const count = Math.min(EXTREMES, Math.floor(bits.length / 2));
  const block = (label: string, numbers: Uint32Array): ImageBlock => ({
    label,
    images: shownImages(of, selectImages(images, numbers)),
    captions: Array.from(numbers, (number) => (bits[number] as number).toFixed(2)),
    columns: COLUMNS,
  });
  return [
    block(`${count} most likely`, order.subarray(0, count)),
    block(`${count} least likely`, order.slice(-count).reverse()),
  ];
}
