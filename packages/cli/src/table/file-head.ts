import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { DataError } from "pushforward";

/** How a text file is compressed, as DuckDB calls it. */
export type Compression = "none" | "gzip" | "zstd";

/** The start of a text file, decompressed, with its byte order mark. */
export interface FileHead {
  text: string;
  compression: Compression;
}

const HEAD_BYTES = 65_536;

/**
 * Reads the first 64 KiB as text; of a file compressed with zstd, which Node 20 cannot read, `text`
 * is empty. Throws a DataError where the file can be no table; `source` is what it calls the file.
 */
export async function readHead(path: string, source = path): Promise<FileHead> {
  try {
    const compression = compressionOf(await startOf(path));
    if (compression === "zstd") return { text: "", compression };
    const bytes = await firstBytes(path, compression === "gzip");
    if (bytes.subarray(0, 1024).includes(0)) {
      throw new DataError(`${source}: is binary; a table is a CSV or TSV file in UTF-8 text`);
    }
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (text.trim() === "") {
      throw new DataError(`${source}: is empty; a table has a header line and rows of numbers`);
    }
    return { text, compression };
  } catch (error) {
    throw readingError(source, error);
  }
}

/** The error of a file that cannot be read, in words for people. */
export function readingError(source: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return new DataError(`${source}: no such file; check the name (and the folder)`);
  }
  if (code === "EISDIR") return new DataError(`${source}: is a folder; name a file`);
  if (code?.startsWith("Z_")) {
    return new DataError(`${source}: the gzip data are damaged (${message}); get the file again`);
  }
  return new DataError(`${source}: cannot be read (${message})`);
}

/** How a file that starts so is compressed. */
export function compressionOf(start: Buffer): Compression {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  return start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : "none";
}

/** The first bytes of a file as they are: enough to know its format by. */
export async function startOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first 64 KiB or more, decompressed if they are gzipped. Throws a DataError. */
export async function startOfContent(path: string, source = path): Promise<Buffer> {
  try {
    return await firstBytes(path, compressionOf(await startOf(path)) === "gzip");
  } catch (error) {
    throw readingError(source, error);
  }
}

async function firstBytes(path: string, gzipped: boolean): Promise<Buffer> {
  const file = createReadStream(path, gzipped ? {} : { end: HEAD_BYTES - 1 });
  const stream = gzipped ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => stream.destroy(error));
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size >= HEAD_BYTES) break;
  }
  file.destroy();
  return Buffer.concat(parts);
}
