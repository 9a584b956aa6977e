import { stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { DataError } from "pushforward";

/** What files of data end in; anything else after a dot belongs to the name: `photos.2024`. */
const ENDING = /(?<=.)\.(csv|tsv|txt|dat|data|idx|idx\d-ubyte|npy|npz|png|jpe?g)$/i;
const GZIPPED = /(?<=.)\.gz$/i;

/** What other programs would read as something else than a model. */
const FOREIGN = /(?<=.)\.(onnx|svg|json|gz)$/i;

/**
 * Where a model is written: to the path asked for, or else to the data's name in the current folder.
 *
 * A file's ending is left out, a folder's name is taken whole.
 *
 * @throws DataError when the path asked for ends as data do, pictures or exports.
 */
export async function modelPathFor(data: string, out?: string): Promise<string> {
  if (out !== undefined) {
    checkModelName(out);
    return out;
  }
  const name = basename(resolve(data));
  const found = await stat(data).catch(() => null);
  const stem = found?.isDirectory() ? name : name.replace(GZIPPED, "").replace(ENDING, "");
  return `${stem}.safetensors`;
}

/**
 * Refuses a name for a model, or for a checkpoint, whose ending promises something else.
 *
 * @throws DataError when it ends as data do, pictures or exports.
 */
export function checkModelName(path: string): void {
  const name = basename(path);
  if (!ENDING.test(name) && !FOREIGN.test(name)) return;
  throw new DataError(
    `${path}: is no name for a model, which would be taken for a ${extname(name)} file; let it end in ` +
      ".safetensors",
  );
}
