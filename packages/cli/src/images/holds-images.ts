import { stat } from "node:fs/promises";
import { readNpyHeader } from "pushforward/io";
import { startOfContent } from "../table/file-head.ts";
import { formatOf } from "./image-format.ts";
import { npzHeaders } from "./npz.ts";
import { readBytes } from "./read-bytes.ts";

/** Files of arrays may be compressed; pictures are by themselves. */
const IDX = /(\.idx|idx\d-ubyte)(\.gz)?$/i;
const NUMPY = /\.np[yz](\.gz)?$/i;
const PICTURES = /\.(png|jpe?g)$/i;

/**
 * Whether a path names images rather than a table: a folder, or a file by the ending of its name; an
 * array of numpy by its axes.
 *
 * @param table the name of a table in the file: what has one is no file of images.
 */
export async function holdsImages(path: string, table?: string): Promise<boolean> {
  if (IDX.test(path) || PICTURES.test(path)) return true;
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return true;
  return NUMPY.test(path) && table === undefined && !(await holdsTable(path));
}

/** Whether a file's name says that it is a picture. */
export function isPicture(name: string): boolean {
  return PICTURES.test(name);
}

/** Arrays of 1 or 2 axes are tables, unless images stand beside them: these are labels then. */
async function holdsTable(path: string): Promise<boolean> {
  const axes = await axesOf(path).catch(() => []);
  // What is absent or damaged is left to the reader of images, which says so.
  return axes.some((count) => count === 1 || count === 2) && !axes.some((count) => count > 2);
}

/** How many axes each of the arrays in a file has. */
async function axesOf(path: string): Promise<number[]> {
  const start = await startOfContent(path);
  const format = formatOf(start);
  if (format === "npy") return [readNpyHeader(start, path).shape.length];
  if (format !== "npz") return [];
  return npzHeaders(path, await readBytes(path)).map(({ header }) => header.shape.length);
}
