import { DataError } from "pushforward";
import { quoted } from "../table/wording.ts";
import type { ImageRows } from "./image-rows.ts";
import type { ImageSet, LabelSet } from "./image-set.ts";
import { refuseBlack, upperBits } from "./pixel-depth.ts";
import { readImages } from "./read-images.ts";
import { checkLabels, readLabels } from "./read-labels.ts";

/** Images to fit a flow to. */
export interface FitImages {
  images: ImageSet;
  /** Of the depth asked for, with the classes if asked for. */
  rows: ImageRows;
  notices: string[];
}

export interface FitImageOptions {
  /** Upper bits of each pixel that are kept. */
  bits: number;
  /** A file with the classes. */
  labels?: string | undefined;
  /** Whether folders are classes. */
  classes?: boolean | undefined;
}

/**
 * Reads images, and the classes where a flow is to be conditional on them.
 *
 * @throws DataError, in one line that names the file and the way out.
 */
export async function readFitImages(path: string, options: FitImageOptions): Promise<FitImages> {
  const images = await readImages(path);
  const labels = await readClasses(images, options);
  refuseBlack(path, images.pixels, options.bits);
  const data = upperBits(images.pixels, options.bits);
  const unused = images.labels && !labels;
  return {
    images,
    rows: { data, shape: [images.count, ...images.shape], labels },
    notices: [
      ...images.notices,
      ...(unused ? ["The folders are not used as classes; --classes makes use of them."] : []),
      ...(areGrey(images) ? [GREY] : []),
      ...(labels && hardlyClasses(labels, images) ? [manyClasses(labels)] : []),
    ],
  };
}

const GREY =
  "The channels of every image are equal: store them as grey images, for equal channels have no density.";

/** Whether colours are grey throughout. */
function areGrey({ pixels, shape: [channels, height, width] }: ImageSet): boolean {
  if (channels === 1) return false;
  const plane = height * width;
  return pixels.every((value, index) => {
    const isFirst = Math.floor(index / plane) % channels === 0;
    return isFirst || value === pixels[index - plane];
  });
}

/** More classes than these, each of less than two images, are not what is meant. */
const MANY = 20;

function hardlyClasses({ classes }: LabelSet, { count }: ImageSet): boolean {
  return classes.length > MANY && 2 * classes.length > count;
}

function manyClasses({ classes }: LabelSet): string {
  return `${classes.length} classes for these images: are the labels numbers of images?`;
}

async function readClasses(
  images: ImageSet,
  { labels: file, classes }: FitImageOptions,
): Promise<LabelSet | undefined> {
  const labels = file === undefined ? images.labels : await readLabels(file);
  if (file === undefined && !classes) return undefined;
  if (!labels) {
    throw new DataError(
      `--classes: ${images.source} has no folder per class; make one for each, or name a file with ` +
        "--labels",
    );
  }
  checkLabels(labels, images);
  const [only, second] = labels.classes;
  if (only !== undefined && second === undefined) {
    throw new DataError(
      `${file ?? images.source}: all images are of one class, ${quoted(only)}; leave out ` +
        (file === undefined ? "--classes" : "--labels"),
    );
  }
  return labels;
}
