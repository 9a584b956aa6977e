import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { decodeIdx } from "pushforward/io";

/** Height and width of an image of the model: MNIST fits its digits into a box of this size. */
export const SIDE = 20;

/** Each pixel has one of so many values, 2^BITS. */
export const BITS = 3;

export const CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const SIZE = SIDE * SIDE;

/**
 * Digits as the model sees them, with their classes.
 * @typedef {object} Digits
 * @property {Uint8Array} data whole numbers below 2^BITS, row-major
 * @property {[count: number, channels: number, height: number, width: number]} shape
 * @property {Uint8Array} labels
 */

/** What a person can mend: a file that is missing or is not what it should be. */
export class InputError extends Error {}

/**
 * One part of MNIST, framed and rounded for the model.
 * @param {string} folder @param {"train" | "t10k"} part
 * @returns {Promise<Digits>}
 */
export async function readDigits(folder, part) {
  const images = await readIdx(join(folder, `${part}-images-idx3-ubyte`), 3);
  const labels = await readIdx(join(folder, `${part}-labels-idx1-ubyte`), 1);
  const [count, height, width] = images.shape;
  if (labels.data.length !== count) {
    throw new InputError(
      `${folder}: the ${part} files hold ${count} images but ${labels.data.length} labels; ` +
        "get both files again, from one source",
    );
  }
  const strange = labels.data.find((label) => label >= CLASSES.length);
  if (strange !== undefined) {
    throw new InputError(`${folder}: the ${part} labels hold a ${strange}; expected 0 to 9`);
  }
  const data = new Uint8Array(count * SIZE);
  for (let number = 0; number < count; number++) {
    const image = images.data.subarray(number * height * width, (number + 1) * height * width);
    data.set(framed(image, height, width), number * SIZE);
  }
  return { data, shape: [count, 1, SIDE, SIDE], labels: labels.data };
}

/**
 * The digit in the middle of the frame, by the box around its ink, with pixels rounded to the values
 * of the model. MNIST puts the centre of mass in the middle of 28 by 28, so that ink is anywhere in
 * it; by its box every digit fits into 20 by 20, half as many pixels to learn.
 * @param {ArrayLike<number>} image 0 to 255, row-major @param {number} height @param {number} width
 */
function framed(image, height, width) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (image[row * width + column] === 0) continue;
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, column), Math.max(right, column)];
    }
  }
  const rowShift = Math.round((top + bottom + 1 - SIDE) / 2);
  const columnShift = Math.round((left + right + 1 - SIDE) / 2);
  const values = new Uint8Array(SIZE);
  for (let place = 0; place < SIZE; place++) {
    const row = Math.floor(place / SIDE) + rowShift;
    const column = (place % SIDE) + columnShift;
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    values[place] = isInside ? image[row * width + column] >> (8 - BITS) : 0;
  }
  return values;
}

/** The digits from one number up to another. @param {Digits} digits @param {number} from @param {number} to @returns {Digits} */
export function partOf({ data, labels }, from, to) {
  return {
    data: data.subarray(from * SIZE, to * SIZE),
    shape: [to - from, 1, SIDE, SIDE],
    labels: labels.subarray(from, to),
  };
}

/** Classes as one-hot vectors. @param {ArrayLike<number>} labels */
export function oneHot(labels) {
  const data = new Float32Array(labels.length * CLASSES.length);
  for (let row = 0; row < labels.length; row++) data[row * CLASSES.length + labels[row]] = 1;
  return { data, shape: [labels.length, CLASSES.length] };
}

/** A file of bytes, as it is or with .gz. @param {string} path @param {number} axes */
async function readIdx(path, axes) {
  const [bytes, found] = await readEither(path);
  const array = decode(bytes, found);
  const { data, shape } = array;
  if (data instanceof Uint8Array && shape.length === axes) return { data, shape };
  throw new InputError(
    `${found}: holds an array of ${shape.length} axes, expected bytes with ${axes}: ` +
      `${axes === 3 ? "images" : "labels"} of MNIST`,
  );
}

/** @param {string} path @returns {Promise<[Uint8Array, string]>} */
async function readEither(path) {
  for (const name of [path, `${path}.gz`]) {
    const bytes = await readFile(name).catch(() => undefined);
    if (bytes) return [name.endsWith(".gz") ? unzipped(bytes, name) : bytes, name];
  }
  throw new InputError(
    `${path}: there is no such file, nor one with .gz that can be read; --data must be the folder of the ` +
      "four IDX files of MNIST",
  );
}

/** @param {Uint8Array} bytes @param {string} name @returns {Uint8Array} */
function unzipped(bytes, name) {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new InputError(`${name}: is no whole gzip file; get it again`, { cause: error });
  }
}

/** @param {Uint8Array} bytes @param {string} name */
function decode(bytes, name) {
  try {
    return decodeIdx(bytes, name);
  } catch (error) {
    throw new InputError(/** @type {Error} */ (error).message, { cause: error });
  }
}
