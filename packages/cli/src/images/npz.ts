import { constants, crc32, inflateRawSync } from "node:zlib";
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
  fits(header: NpyHeader, name: string): boolean;
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
  const fitting = arrays.filter(({ name, header }) => choice.fits(header, name));
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

/** An array of an NPZ file, not yet read. */
export interface NamedHeader {
  name: string;
  header: NpyHeader;
}

/** Compressed bytes that hold the longest header of an NPY file. */
const HEADER_BYTES = 16_384;

/**
 * What is in an NPZ file; the arrays themselves are not decompressed.
 *
 * @throws DataError when the file is damaged.
 */
export function npzHeaders(source: string, bytes: Uint8Array): NamedHeader[] {
  try {
    const arrays = directory(bytes).filter(({ name }) => name.endsWith(".npy"));
    return arrays.map(({ name: file, start, size, stored }) => {
      const name = file.replace(/\.npy$/, "");
      const head = bytes.subarray(start, start + Math.min(size, HEADER_BYTES));
      const content = stored ? head : inflateRawSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
      return { name, header: readNpyHeader(content, `${source}: ${quoted(name)}`) };
    });
  } catch (error) {
    throw error instanceof DataError ? error : damaged(source, error);
  }
}

/** Deflate makes nothing smaller than this many times. */
const MOST_COMPRESSION = 1032;

/** The `.npy` files of a zip file by name, their check sums compared. */
function unzip(source: string, bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    const entries = directory(bytes).values();
    const sums = new Map<string, number | undefined>();
    const files = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        sums.set(name, entries.next().value?.sum);
        if (originalSize > MOST_COMPRESSION * size) throw new Error(`size of ${quoted(name)}`);
        return name.endsWith(".npy");
      },
    });
    for (const [name, content] of Object.entries(files)) {
      if (crc32(content) !== sums.get(name)) throw new Error(`check sum of ${quoted(name)}`);
    }
    return files;
  } catch (error) {
    throw damaged(source, error);
  }
}

function damaged(source: string, error: unknown): DataError {
  const { message } = error as Error;
  return new DataError(`${source}: the zip file is damaged (${message}); get the file again`);
}

interface ZipEntry {
  name: string;
  sum: number;
  /** Where its data begin and how many bytes they are. */
  start: number;
  size: number;
  stored: boolean;
}

const ENTRY = 0x02014b50;

/** What a zip file's directory says; fflate reads past the check sums, and decompresses whole files only. */
function directory(bytes: Uint8Array): ZipEntry[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = view.lastIndexOf("PK\x05\x06", view.length - 22);
  const entries: ZipEntry[] = [];
  const short = (place: number) => view.readUInt16LE(place);
  const long = (place: number) => view.readUInt32LE(place);
  for (let at = long(end + 16); long(at) === ENTRY; ) {
    const next = at + 46 + short(at + 28) + short(at + 30) + short(at + 32);
    const local = long(at + 42);
    entries.push({
      name: view.toString("utf8", at + 46, at + 46 + short(at + 28)),
      sum: long(at + 16),
      start: local + 30 + short(local + 26) + short(local + 28),
      size: long(at + 20),
      stored: short(at + 10) === 0,
    });
    at = next;
  }
  return entries;
}
