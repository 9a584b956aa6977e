import { DomainError, type Model } from "pushforward";
import type { LabelSet } from "../images/image-set.ts";
import type { ImageForm } from "../images/image-text.ts";
import { listed, quoted } from "../table/wording.ts";

/** A model of images, as commands see it. */
export interface ImageModel extends ImageForm {
  /** The model's file, for messages. */
  readonly path: string;
  readonly model: Model;
  /** Numbers of an image: pixels times channels. */
  readonly size: number;
}

/**
 * What a model of images is like; null: it is a model of tables.
 *
 * A context whose numbers have names is taken for one-hot classes, as `fit` writes them: a model
 * file does not tell other contexts apart.
 */
export function imageModel(path: string, model: Model): ImageModel | null {
  const [channels, height, width] = model.shape;
  const high = model.columns[0]?.range?.[1];
  if (model.shape.length !== 3 || typeof high !== "number") return null;
  return {
    path,
    model,
    shape: [channels as number, height as number, width as number],
    size: model.columns.length,
    high,
    classes: model.contextNames,
  };
}

/**
 * Classes for that many images: the one asked for, or else all of them in turn; none for a model
 * without classes.
 *
 * @throws DomainError when the model has no class of that name.
 */
export function classesFor(
  of: ImageModel,
  only: string | undefined,
  count: number,
): LabelSet | undefined {
  if (only !== undefined) return oneClass(of, only, count);
  const { classes } = of;
  if (!classes) return undefined;
  return {
    values: Int32Array.from({ length: count }, (_, image) => image % classes.length),
    classes,
  };
}

/**
 * One class for that many images.
 *
 * @throws DomainError when there is none of that name.
 */
export function oneClass({ path, classes }: ImageModel, name: string, count: number): LabelSet {
  if (!classes) {
    throw new DomainError(`--class: ${path} was fitted without classes; leave it out`);
  }
  const number = classes.indexOf(name);
  if (number >= 0) return { values: new Int32Array(count).fill(number), classes };
  throw new DomainError(
    `--class: ${path} has no class ${quoted(name)}; take one of ${listed(classes, 20)}`,
  );
}
