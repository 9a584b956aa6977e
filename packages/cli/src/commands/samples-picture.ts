import { contextsOf } from "../images/image-rows.ts";
import { type ImageBlock, imageGrid } from "../plot/index.ts";
import { quoted } from "../table/wording.ts";
import { classesFor, type ImageModel, oneClass } from "./image-model.ts";
import type { Picture } from "./picture.ts";
import { shownImages } from "./shown-images.ts";

const TEMPERATURES = [0.5, 0.7, 0.85, 1];
/** Images in a row, and rows at each temperature. */
const SIDE = 8;

/** At which classes are drawn: typical images, and still varied. */
const CLASS_TEMPERATURE = 0.7;
const MOST_CLASSES = 16;

/** Samples at several temperatures; of a class-conditional model a row for each class, or only one class. */
export function samplesPicture(of: ImageModel, seed: number, only?: string): Promise<Picture> {
  const { classes } = of;
  return classes && only === undefined
    ? classSamples(of, classes, seed)
    : temperatureSamples(of, seed, only);
}

async function temperatureSamples(
  of: ImageModel,
  seed: number,
  only: string | undefined,
): Promise<Picture> {
  const count = SIDE ** 2;
  const context = contextsOf(classesFor(of, only, count));
  const blocks: ImageBlock[] = [];
  for (const temperature of TEMPERATURES) {
    const samples = await of.model.sample(count, { seed, temperature, context });
    const images = shownImages(of, samples);
    blocks.push({ label: `temperature ${temperature}`, images, columns: SIDE });
  }
  return {
    parts: [await imageGrid({ blocks })],
    subtitle:
      `${only === undefined ? "" : `class ${quoted(only)}, `}${count} samples at each temperature, all from ` +
      "the same draws of the base",
  };
}

async function classSamples(
  of: ImageModel,
  classes: readonly string[],
  seed: number,
): Promise<Picture> {
  const shown = classes.slice(0, MOST_CLASSES);
  const blocks: ImageBlock[] = [];
  for (const name of shown) {
    const context = contextsOf(oneClass(of, name, SIDE));
    const samples = await of.model.sample(SIDE, { seed, temperature: CLASS_TEMPERATURE, context });
    blocks.push({ label: quoted(name), images: shownImages(of, samples), columns: SIDE });
  }
  const left = classes.length - shown.length;
  return {
    parts: [await imageGrid({ blocks })],
    subtitle:
      `temperature ${CLASS_TEMPERATURE}, each column from one draw of the base` +
      (left > 0 ? `; ${left} more classes` : ""),
  };
}
