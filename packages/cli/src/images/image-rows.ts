import type { LabelSet } from "./image-set.ts";

/** Images as a model takes them. */
export interface ImageRows {
  /** Whole numbers of the model's depth, row-major. */
  readonly data: Uint8Array;
  readonly shape: readonly [count: number, channels: number, height: number, width: number];
  /** The classes, where the model wants them. */
  readonly labels?: LabelSet | undefined;
}

/** The images with these numbers, in that order. */
export function selectImages({ data, shape, labels }: ImageRows, chosen: Uint32Array): ImageRows {
  const [count, ...image] = shape;
  const size = data.length / count;
  const selected = new Uint8Array(chosen.length * size);
  chosen.forEach((number, place) => {
    selected.set(data.subarray(number * size, (number + 1) * size), place * size);
  });
  return {
    data: selected,
    shape: [chosen.length, ...image],
    labels: labels && {
      ...labels,
      values: Int32Array.from(chosen, (number) => labels.values[number] as number),
    },
  };
}

/** The first so many images, or all. */
export function firstImages(images: ImageRows, count: number): ImageRows {
  const most = Math.min(count, images.shape[0]);
  return selectImages(
    images,
    Uint32Array.from({ length: most }, (_, image) => image),
  );
}

/** Contexts for the library. */
export interface Contexts {
  readonly data: Float32Array;
  readonly shape: readonly [count: number, classes: number];
}

/** Classes as one-hot vectors; none where there are no classes. */
export function contextsOf(labels: LabelSet | undefined): Contexts | undefined {
  if (!labels) return undefined;
  const { values, classes } = labels;
  const data = new Float32Array(values.length * classes.length);
  values.forEach((number, row) => {
    data[row * classes.length + number] = 1;
  });
  return { data, shape: [values.length, classes.length] };
}

/** The name of each image's class. */
export function classNames({ values, classes }: LabelSet): string[] {
  return Array.from(values, (number) => classes[number] as string);
}
