import { DataError } from "pushforward";
import type { FileArray } from "pushforward/io";
import { counted } from "../table/wording.ts";
import { type ImageSet, type LabelSet, MOST_CLASSES } from "./image-set.ts";
import type { ArrayChoice } from "./npz.ts";
import { readArray } from "./read-array.ts";
import { readBytes } from "./read-bytes.ts";

const labelArray: ArrayChoice = {
  what: "labels",
  form: "one axis of integers",
  fits: ({ shape, descr }) => shape.length === 1 && /^.[biu]\d$/.test(descr),
};

/**
 * Reads one integer per image from an IDX, NPY or NPZ file (gzipped too). Its distinct values, in
 * increasing order, are the classes.
 *
 * @throws DataError, in one line that names the file and the way out.
 */
export async function readLabels(path: string): Promise<LabelSet> {
  const { data, shape } = readArray(path, await readBytes(path), labelArray);
  if (shape.length !== 1) {
    throw new DataError(
      `${path}: has the shape [${shape.join(", ")}]; labels have one axis, an integer per image`,
    );
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    throw new DataError(`${path}: holds floats; labels are integers, so store them as int32`);
  }
  if (data.length === 0) throw new DataError(`${path}: holds no labels; get the file again`);
  return toClasses(path, data);
}

/**
 * Refuses labels that are not one per image.
 *
 * @throws DataError when their numbers differ.
 */
export function checkLabels(labels: LabelSet, images: ImageSet): void {
  const { length } = labels.values;
  if (length === images.count) return;
  throw new DataError(
    `${images.source}: there are ${counted(length, "label")} for ` +
      `${counted(images.count, "image")}; give the file with the labels of these images`,
  );
}

function toClasses(path: string, data: FileArray["data"]): LabelSet {
  const distinct = new Set<number | bigint>();
  for (const label of data) {
    distinct.add(label);
    if (distinct.size <= MOST_CLASSES) continue;
    throw new DataError(
      `${path}: has more than ${counted(MOST_CLASSES, "different value")}; labels are the numbers ` +
        "of a few classes, so name the file that holds these",
    );
  }
  const sorted = [...distinct].sort((a, b) => (a < b ? -1 : 1));
  const numbers = new Map(sorted.map((label, number) => [label, number]));
  const values = new Int32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = numbers.get(data[i] as number | bigint) as number;
  }
  return { values, classes: sorted.map(String) };
}
