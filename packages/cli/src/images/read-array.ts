import { DataError } from "pushforward";
import { decodeIdx, decodeNpy, type FileArray } from "pushforward/io";
import { formatOf } from "./image-format.ts";
import { type ArrayChoice, npzArray } from "./npz.ts";

/**
 * The array of an IDX or NPY file, or the one of an NPZ file that fits.
 *
 * @throws DataError when the file is damaged or none of these.
 */
export function readArray(source: string, bytes: Uint8Array, choice: ArrayChoice): FileArray {
  const format = formatOf(bytes);
  if (format === "idx") return decodeIdx(bytes, source);
  if (format === "npy") return decodeNpy(bytes, source);
  if (format === "npz") return npzArray(source, bytes, choice);
  throw new DataError(
    `${source}: is no IDX, NPY or NPZ file by its first bytes; ${choice.what} are read from these. ` +
      "Get the file again, or convert it",
  );
}
