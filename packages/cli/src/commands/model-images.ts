import { existsSync } from "node:fs";
import { DataError, DomainError } from "pushforward";
import { holdsImages } from "../images/holds-images.ts";
import type { ImageRows } from "../images/image-rows.ts";
import type { ImageSet, LabelSet } from "../images/image-set.ts";
import { shapeText } from "../images/image-text.ts";
import { upperBits } from "../images/pixel-depth.ts";
import { readImages } from "../images/read-images.ts";
import { checkLabels, readLabels } from "../images/read-labels.ts";
import { listed, quoted } from "../table/wording.ts";
import { type ImageModel, oneClass } from "./image-model.ts";

/** Options of every command that reads images for a model: the classes, of each image or of all. */
export interface ImageOptions {
  labels?: string;
  class?: string;
}

export interface ModelImages {
  images: ImageSet;
  /** The images in the model's depth, with their classes if it wants them. */
  rows: ImageRows;
}

/**
 * Reads images that a model can take, and their classes if it wants them.
 *
 * @throws DataError, DomainError, in one line that names the file and the way out.
 */
export async function readModelImages(
  of: ImageModel,
  path: string,
  options: ImageOptions,
): Promise<ModelImages> {
  if (existsSync(path) && !(await holdsImages(path))) {
    throw new DataError(
      `${path}: is a table by its name, and ${of.path} is a model of images; name a folder of ` +
        "images, or an IDX, NPY, NPZ, PNG or JPEG file",
    );
  }
  checkClasses(of, options);
  const bits = bitsOf(of);
  const images = await readImages(path);
  checkImageShape(of, images);
  const data = upperBits(images.pixels, bits);
  const shape = [images.count, ...images.shape] as const;
  if (!of.classes) return { images, rows: { data, shape } };
  const { labels, class: only } = options;
  if (only !== undefined) {
    return { images, rows: { data, shape, labels: oneClass(of, only, images.count) } };
  }
  const found = labels === undefined ? images.labels : await readLabels(labels);
  return { images, rows: { data, shape, labels: classesOf(of, images, found) } };
}

/**
 * Refuses classes that do not go with a model, whether or not they would be used.
 *
 * @throws DomainError for classes where the model has none, and for one that it does not know.
 */
export function checkClasses(of: ImageModel, { labels, class: only }: ImageOptions): void {
  if (labels !== undefined && !of.classes) {
    throw new DomainError(`--labels: ${of.path} was fitted without classes; leave it out`);
  }
  if (only !== undefined) oneClass(of, only, 0);
}

/** Bits of each pixel that the model sees. */
function bitsOf({ path, high }: ImageModel): number {
  const bits = Math.log2(high + 1);
  if (Number.isInteger(bits) && bits <= 8) return bits;
  throw new DomainError(
    `${path}: takes pixels from 0 to ${high}, and the command reads them in 8 bits or fewer; use it ` +
      "from code: load(path), then model.logMass(images)",
  );
}

function checkImageShape(of: ImageModel, { source, shape }: ImageSet): void {
  if (shape.every((length, axis) => length === of.shape[axis])) return;
  throw new DataError(
    `${source}: holds images of ${shapeText(shape)}, and ${of.path} takes ${shapeText(of.shape)}; ` +
      "pictures must have the model's size and channels, so scale, crop or convert them",
  );
}

/** The classes of the images, numbered as the model has them. */
function classesOf(of: ImageModel, images: ImageSet, labels: LabelSet | undefined): LabelSet {
  const known = of.classes as readonly string[];
  if (!labels) {
    throw new DataError(
      `${images.source}: ${of.path} wants the class of each image (${listed(known)}); give them with ` +
        "--labels, name a folder with a folder per class, or say --class if all are of one",
    );
  }
  checkLabels(labels, images);
  const numbers = labels.classes.map((name) => known.indexOf(name));
  const strange = labels.classes.find((_, place) => numbers[place] === -1);
  if (strange === undefined) {
    return { values: labels.values.map((place) => numbers[place] as number), classes: known };
  }
  throw new DataError(
    `${images.source}: has images of the class ${quoted(strange)}, and ${of.path} was fitted to ` +
      `${known.length} classes: ${listed(known, 20)}`,
  );
}
