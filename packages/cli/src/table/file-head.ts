import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { DataError } from "pushforward";

/** The start of a text file, decompressed. */
export interface FileHead {
  text: string;
  gzipped: boolean;
}

const HEAD_BYTES = 65_536;

/** Reads the first 64 KiB as text. Throws a DataError where the file can be no table. */
export async function readHead(path: string): Promise<FileHead> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) {
      throw new DataError(`${path}: is a folder; name a CSV or TSV file`);
    }
    const gzipped = await isGzipped(path);
    const bytes = await firstBytes(path, gzipped);
    if (bytes.subarray(0, 1024).includes(0)) {
      throw new DataError(`${path}: is binary; a table is a CSV or TSV file in UTF-8 text`);
    }
    const text = new TextDecoder().decode(bytes);
    if (text.trim() === "") {
      throw new DataError(`${path}: is empty; a table has a header line and rows of numbers`);
    }
    return { text, gzipped };
  } catch (error) {
    if (error instanceof DataError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw new DataError(`${path}: no such file; check the name (and the folder)`);
    }
    if (code?.startsWith("Z_")) {
      throw new DataError(`${path}: the gzip data are damaged (${message}); get the file again`);
    }
    throw new DataError(`${path}: cannot be read (${message})`);
  }
}

async function isGzipped(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
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
