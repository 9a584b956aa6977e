import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DataError } from "pushforward";

/** The most bytes that a compressed file may hold; Node reads no larger files either. */
const LARGEST = 2 ** 31;
/** Pieces in which a file is decompressed. */
const CHUNK = 2 ** 20;

const decompress = promisify(gunzip);

/**
 * Reads a whole file, decompressed if it is gzipped, whatever its name says.
 *
 * @throws DataError when it cannot be read, is empty, or is a damaged gzip file.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (bytes.length === 0) throw new DataError(`${path}: is empty; get the file again`);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await decompress(bytes, { chunkSize: CHUNK, maxOutputLength: LARGEST });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new DataError(`${path}: holds more than 2 GiB; split it into smaller files`);
    }
    throw new DataError(`${path}: the gzip data are damaged (${message}); get the file again`);
  }
}

/** The error of a path that cannot be read, in words for people. */
export function readError(path: string, error: unknown): DataError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new DataError(`${path}: no such file or folder; check the name`);
  }
  if (code === "EISDIR") return new DataError(`${path}: is a folder; name a file`);
  if (code === "ERR_FS_FILE_TOO_LARGE") {
    return new DataError(`${path}: is larger than 2 GiB; split it into smaller files`);
  }
  return new DataError(`${path}: cannot be read (${message})`);
}
