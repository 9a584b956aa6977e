import { crc32 } from "node:zlib";
import { unzipSync } from "fflate";
import { DataError } from "pushforward";
import { decodeNpy, type FileArray, type NpyHeader, readNpyHeader } from "pushforward/io";
import { listed, quoted } from "../table/wording.ts";

/** Which array of a file is wanted. */
export interface ArrayChoice {
  /** What the array holds, for messages: "images". */
  what: string;
  /** Its form, for messages: "3 or 4 axes". */
  form: string;
  fits(header: NpyHeader): boolean;
}

/**
 * The only array of an NPZ file that fits.
 *
 * @throws DataError when the file is damaged, or when none or several fit.
 */
export function npzArray(source: string, bytes: Uint8Array, choice: ArrayChoice): FileArray {
  const files = Object.entries(unzip(source, bytes));
  const arrays = files.map(([file, content]) => {
    const name = file.replace(/\.npy$/, "");
    return { name, content, header: readNpyHeader(content, `${source}: ${quoted(name)}`) };
  });
  const fitting = arrays.filter(({ header }) => choice.fits(header));
  const [found] = fitting;
  if (found && fitting.length === 1) {
    return decodeNpy(found.content, `${source}: ${quoted(found.name)}`);
  }
  if (found) {
    const names = listed(fitting.map(({ name }) => name));
    throw new DataError(
      `${source}: has several arrays of ${choice.form} (${names}); save the ${choice.what} alone, ` +
        `for example numpy.save("${choice.what}.npy", file[${quoted(found.name)}])`,
    );
  }
  const all = arrays.map(({ name, header }) => `${name}: ${header.shape.join(" x ")}`);
  throw new DataError(
    `${source}: has no array of ${choice.form} for the ${choice.what}` +
      (all.length > 0 ? ` (it has ${listed(all)})` : "") +
      `; name the file that holds the ${choice.what}`,
  );
}

/** Deflate makes nothing smaller than this many times. */
const MOST_COMPRESSION = 1032;

/** The `.npy` files of a zip file by name, their check sums compared. */
function unzip(source: string, bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    const nextSum = checkSums(bytes);
    const sums = new Map<string, number>();
    const files = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        sums.set(name, nextSum());
        if (originalSize > MOST_COMPRESSION * size) throw new Error(`size of ${quoted(name)}`);
        return name.endsWith(".npy");
      },
    });
    for (const [name, content] of Object.entries(files)) {
      if (crc32(content) !== sums.get(name)) throw new Error(`check sum of ${quoted(name)}`);
    }
    return files;
  } catch (error) {
    throw new DataError(
      `${source}: the zip file is damaged (${(error as Error).message}); get the file again`,
    );
  }
}

/** Gives the check sums in a zip file's directory one by one: fflate reads past them. */
function checkSums(bytes: Uint8Array): () => number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = view.lastIndexOf("PK\x05\x06", view.length - 22);
  let entry = view.readUInt32LE(end + 16);
  return () => {
    const sum = view.readUInt32LE(entry + 16);
    const lengths = [28, 30, 32].map((field) => view.readUInt16LE(entry + field));
    entry += lengths.reduce((total, length) => total + length, 46);
    return sum;
  };
}
