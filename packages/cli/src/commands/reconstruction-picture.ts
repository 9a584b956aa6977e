import { DomainError } from "pushforward";
import { contextsOf, selectImages } from "../images/image-rows.ts";
import { type ImageBlock, imageGrid } from "../plot/index.ts";
import { shuffled } from "../table/shuffled.ts";
import { counted } from "../table/wording.ts";
import type { ImageModel } from "./image-model.ts";
import type { ModelImages } from "./model-images.ts";
import type { Picture } from "./picture.ts";
import { shownImages } from "./shown-images.ts";

const IMAGES = 8;

/** What the scales of a model hold of images: these again, with more and more scales drawn anew. */
export async function reconstructionPicture(
  of: ImageModel,
  { rows }: ModelImages,
  seed: number,
): Promise<Picture> {
  const { model, path } = of;
  const scales = model.latentScales ?? [];
  const count = new Set(scales).size;
  if (count < 2) {
    throw new DomainError(
      `plot: ${path} (${model.flowName}) has one scale, and --what reconstruction draws several; take ` +
        "--what samples, or fit glow or realnvp with several --levels",
    );
  }
  const chosen = selectImages(rows, shuffled(rows.shape[0], seed).subarray(0, IMAGES));
  const context = contextsOf(chosen.labels);
  const latents = await model.encode(chosen, { context });
  // Latents of samples, not bare draws of the base: both kinds are then those of whole pixel values.
  const samples = await model.sample(chosen.shape[0], { seed, context });
  const others = await model.encode(samples, { context });
  const blocks: ImageBlock[] = [{ label: "images", images: shownImages(of, chosen) }];
  for (let drawn = 1; drawn <= count; drawn++) {
    const data = mixedLatents(latents.data, others.data, scales, drawn);
    const images = await model.decode({ data, shape: latents.shape }, { context });
    blocks.push({ label: drawnText(drawn, count), images: shownImages(of, images) });
  }
  return {
    parts: [await imageGrid({ blocks })],
    subtitle: `${counted(chosen.shape[0], "image")}, and what the coarser of ${count} scales keep of them`,
  };
}

/** Latents with the `drawn` finest scales taken from others. */
export function mixedLatents(
  latents: Float32Array,
  others: Float32Array,
  scales: readonly number[],
  drawn: number,
): Float32Array {
  return latents.map((value, place) => {
    const scale = scales[place % scales.length] as number;
    return scale < drawn ? (others[place] as number) : value;
  });
}

function drawnText(drawn: number, count: number): string {
  if (drawn === count) return "all scales drawn again: samples";
  return drawn === 1 ? "finest scale drawn again" : `${drawn} finest scales drawn again`;
}
