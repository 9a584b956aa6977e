import { stat } from "node:fs/promises";

/** Files of arrays may be compressed; pictures are by themselves. */
const ARRAYS = /(\.idx|idx\d-ubyte|\.npy|\.npz)(\.gz)?$/i;
const PICTURES = /\.(png|jpe?g)$/i;

/** Whether a path names images rather than a table: a folder, or a file by the ending of its name. */
export async function holdsImages(path: string): Promise<boolean> {
  if (ARRAYS.test(path) || PICTURES.test(path)) return true;
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

/** Whether a file's name says that it is a picture. */
export function isPicture(name: string): boolean {
  return PICTURES.test(name);
}
