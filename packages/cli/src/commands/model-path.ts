import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";

/** What files of data end in; anything else after a dot belongs to the name: `photos.2024`. */
const ENDING = /(?<=.)\.(csv|tsv|txt|dat|data|idx|idx\d-ubyte|npy|npz|png|jpe?g)$/i;
const GZIPPED = /(?<=.)\.gz$/i;

/**
 * Where a model is written if nothing else is asked for: the data's name, in the current folder.
 *
 * A file's ending is left out, a folder's name is taken whole.
 */
export async function modelPathFor(data: string): Promise<string> {
  const name = basename(resolve(data));
  const found = await stat(data).catch(() => null);
  const stem = found?.isDirectory() ? name : name.replace(GZIPPED, "").replace(ENDING, "");
  return `${stem}.safetensors`;
}
