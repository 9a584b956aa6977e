import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "pushforward";
import { arrayImages, imageArray } from "./array-images.ts";
import { findImages } from "./image-folder.ts";
import { formatOf } from "./image-format.ts";
import type { ImageSet } from "./image-set.ts";
import { readArray } from "./read-array.ts";
import { readBytes, readError } from "./read-bytes.ts";

/**
 * Reads images of one size, grey or in colour: an IDX, NPY or NPZ file (gzipped too), a PNG or
 * JPEG file, or a folder of these; sub-folders are classes.
 *
 * Formats are told by the first bytes. Arrays are `[n, h, w]`, `[n, h, w, c]` or `[n, c, h, w]`,
 * with whole numbers from 0 to 255.
 *
 * @throws DataError, in one line that names the file and the way out.
 */
export async function readImages(path: string): Promise<ImageSet> {
  const found = await stat(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (found.isDirectory()) return readFolder(path);
  const bytes = await readBytes(path);
  const format = formatOf(bytes);
  if (format === "png" || format === "jpeg") {
    return { ...(await readPictures(path, [path])), names: [basename(path)] };
  }
  if (format === null) {
    throw new DataError(
      `${path}: is no IDX, NPY, NPZ, PNG or JPEG file by its first bytes; get the file again, or ` +
        "convert it",
    );
  }
  const array = readArray(path, bytes, imageArray);
  if (format === "idx" && !(array.data instanceof Uint8Array)) {
    throw new DataError(
      `${path}: holds other numbers than unsigned bytes; store images in IDX files as these`,
    );
  }
  return arrayImages(path, array);
}

async function readFolder(path: string): Promise<ImageSet> {
  const { names, labels, notices } = await findImages(path);
  const images = await readPictures(
    path,
    names.map((name) => join(path, name)),
  );
  return {
    ...images,
    names,
    ...(labels && { labels }),
    notices: [...notices, ...images.notices],
  };
}

/** Loaded when it is needed: the decoder takes a while to load, and arrays do without it. */
async function readPictures(source: string, paths: readonly string[]): Promise<ImageSet> {
  const { collectImages } = await import("./collect-images.ts");
  return collectImages(source, paths);
}
