import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { DataError, ShapeError } from "pushforward";
import { encodeNpy } from "pushforward/io";
import sharp from "sharp";
import { checkOutput, writeBlocks } from "../output/output-file.ts";
import { counted, quoted } from "../table/wording.ts";
import { channelsLast } from "./channel-order.ts";
import type { LabelSet } from "./image-set.ts";

/** Images as a model gives them. */
export interface Pictures {
  /** Row-major, 0 to 255; others are rounded and clamped to that. */
  pixels: Float32Array | Uint8Array;
  /** 1 channel is grey, 3 are red, green and blue. */
  shape: readonly [count: number, channels: number, height: number, width: number];
  /** The classes; a folder gets a folder for each. */
  labels?: LabelSet | undefined;
}

/** What else is known of images that are to be written. */
interface ImageOutput {
  /** Their classes. */
  labels?: LabelSet | undefined;
  /** Files that the command reads or writes as well, through whatever links. */
  others?: readonly string[];
}

/**
 * Refuses a path to which so many images cannot be written, before any work is done for it.
 *
 * @throws DataError when it ends otherwise than images do, when it is a `.png` for several images,
 * when it names a folder that is there already, when a class cannot be the name of a folder in it, or
 * when a file could not be written to it either.
 */
export async function checkImageOutput(
  path: string,
  count: number,
  { labels, others = [] }: ImageOutput = {},
): Promise<void> {
  const kind = kindOf(path);
  if (kind === "png" && count !== 1) {
    throw new DataError(
      `${path}: is one picture, and there are ${counted(count, "image")}; name a folder (without an ` +
        "ending) or a .npy file",
    );
  }
  if (kind === "folder" && (await stat(path).catch(() => null))) {
    throw new DataError(`${path}: is there already; name a folder that is not`);
  }
  if (kind === "folder") for (const name of foldersOf(labels)) checkFolderName(path, name);
  await checkOutput(path, others);
}

/**
 * Writes images as bytes: to a `.npy` file, `[n, h, w]` in grey and `[n, h, w, 3]` in colour; one
 * image to a `.png` file; or to a new folder, as `0001.png` and so on, in folders of their classes.
 * What is named is there whole in the end, or not at all.
 *
 * @throws DataError when the path will not do, see {@link checkImageOutput}, when it cannot be
 * written, or when a pixel is not finite; ShapeError when the pixels do not fill images of 1 or 3
 * channels, or when there is not one label for each.
 */
export async function writeImages(path: string, pictures: Pictures): Promise<void> {
  const { shape, labels } = pictures;
  checkShape(pictures);
  await checkImageOutput(path, shape[0], { labels });
  const bytes = toBytes(path, pictures);
  const kind = kindOf(path);
  if (kind === "npy") await writeBlocks(path, [npy(bytes, shape)]);
  else if (kind === "png") await writeBlocks(path, [await png(bytes, shape)]);
  else await writeFolder(path, bytes, pictures);
}

function kindOf(path: string): "npy" | "png" | "folder" {
  const ending = extname(path).toLowerCase();
  if (ending === ".npy") return "npy";
  if (ending === ".png") return "png";
  if (ending === "") return "folder";
  throw new DataError(
    `${path}: ends in ${quoted(ending)}; images are written to .npy, to .png, or to a folder ` +
      "(no ending)",
  );
}

function checkShape({ pixels, shape, labels }: Pictures): void {
  const [count, channels] = shape;
  if (labels && labels.values.length !== count) {
    throw new ShapeError(
      `writeImages: got ${labels.values.length} labels for ${counted(count, "image")}; give one for each`,
    );
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (count > 0 && (channels === 1 || channels === 3) && size > 0 && size === pixels.length) return;
  throw new ShapeError(
    `writeImages: got ${pixels.length} numbers for the shape [${shape.join(", ")}]; give as many as ` +
      "[count, channels, height, width] says, for one image or more of 1 or 3 channels",
  );
}

function toBytes(path: string, { pixels, shape }: Pictures): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels;
  const bad = pixels.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const image = Math.floor(bad / (pixels.length / shape[0]));
    throw new DataError(
      `${path}: image ${image} has the pixel ${pixels[bad]}, so nothing was written; give finite numbers`,
    );
  }
  return new Uint8Array(new Uint8ClampedArray(pixels).buffer);
}

/** The images one by one, `[channels, height, width]`. */
function* split(bytes: Uint8Array, [count]: Pictures["shape"]): Generator<Uint8Array> {
  const size = bytes.length / count;
  for (let begin = 0; begin < bytes.length; begin += size) {
    yield bytes.subarray(begin, begin + size);
  }
}

function npy(bytes: Uint8Array, shape: Pictures["shape"]): Uint8Array {
  const [count, channels, height, width] = shape;
  if (channels === 1) return encodeNpy(bytes, [count, height, width]);
  const together = new Uint8Array(bytes.length);
  let filled = 0;
  for (const image of split(bytes, shape)) {
    together.set(channelsLast(image, channels), filled);
    filled += image.length;
  }
  return encodeNpy(together, [count, height, width, channels]);
}

function png(image: Uint8Array, [, channels, height, width]: Pictures["shape"]): Promise<Buffer> {
  const raw = { width, height, channels: channels as 1 | 3 };
  return sharp(channelsLast(image, channels), { raw })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png()
    .toBuffer();
}

/** Numbers of files have as many digits as the last, and no fewer than this. */
const FEWEST_DIGITS = 4;

async function writeFolder(
  path: string,
  bytes: Uint8Array,
  { shape, labels }: Pictures,
): Promise<void> {
  const folder = resolve(path);
  const temporary = `${folder}.${randomUUID().slice(0, 8)}.tmp`;
  const digits = Math.max(FEWEST_DIGITS, String(shape[0]).length);
  try {
    await mkdir(temporary);
    for (const name of foldersOf(labels)) await mkdir(join(temporary, name));
    let image = 0;
    for (const pixels of split(bytes, shape)) {
      const within = labels?.classes[labels.values[image] as number] ?? "";
      image++;
      const name = `${String(image).padStart(digits, "0")}.png`;
      await writeFile(join(temporary, within, name), await png(pixels, shape));
    }
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw new DataError(`${path}: cannot be written (${(error as Error).message})`);
  }
}

/** The classes that images are of. */
function foldersOf(labels: LabelSet | undefined): string[] {
  return Array.from(new Set(labels?.values), (number) => labels?.classes[number] as string);
}

/** Classes named in code can be called anything; a leading dot would hide the folder. */
function checkFolderName(path: string, name: string): void {
  if (name !== "" && !/^\.|[/\\\0]/.test(name)) return;
  throw new DataError(
    `${path}: the class ${quoted(name)} cannot be the name of a folder; write the images to a .npy file`,
  );
}
