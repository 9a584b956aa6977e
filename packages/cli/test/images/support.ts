import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { DataError } from "pushforward";
import sharp from "sharp";
import { expect, onTestFinished } from "vitest";

/** A folder with these files, removed when the test ends. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-images-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The path of a file with this content. */
export function fileWith(name: string, content: string | Uint8Array): string {
  return join(folderWith({ [name]: content }), name);
}

/** What comes after the path in the error that must be thrown: one line. */
export async function refusal(path: string, attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => expect.unreachable("nothing was refused"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  expect(message).not.toContain("\n");
  expect(message.startsWith(path)).toBe(true);
  return message.slice(path.length).replace(/^: /, "");
}

/** Bytes that look like noise, the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 2_654_435_761) >>> 24);
}

/** A picture of these numbers, `[height, width, channels]`, for sharp to write. */
export function picture(pixels: Uint8Array, width: number, channels: 1 | 2 | 3 | 4) {
  const height = pixels.length / width / channels;
  return sharp(pixels, { raw: { width, height, channels } });
}

/** A PNG in grey, 8 bits per pixel. */
export function greyPng(pixels: Uint8Array, width: number): Promise<Buffer> {
  return picture(pixels, width, 1).toColourspace("b-w").png().toBuffer();
}

/** A PNG in RGB, 8 bits per channel. */
export function colourPng(pixels: Uint8Array, width: number): Promise<Buffer> {
  return picture(pixels, width, 3).png().toBuffer();
}

/** A PNG of one line, its bytes as they are stored; `kind` is 0 for grey, 2 for RGB, 3 for a palette. */
export function rawPng(
  { width, bits, kind }: { width: number; bits: number; kind: 0 | 2 | 3 },
  line: readonly number[],
  more: Readonly<Record<string, Uint8Array>> = {},
): Buffer {
  const header = Buffer.of(0, 0, 0, width, 0, 0, 0, 1, bits, kind, 0, 0, 0);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", header),
    ...Object.entries(more).map(([type, data]) => pngChunk(type, data)),
    // Each line begins with its filter; 0 is none.
    pngChunk("IDAT", deflateSync(Uint8Array.of(0, ...line))),
    pngChunk("IEND", new Uint8Array()),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** An IDX file of bytes. */
export function idx(shape: readonly number[], bytes: Uint8Array, code = 8): Uint8Array {
  const lengths = shape.flatMap((length) =>
    [24, 16, 8, 0].map((shift) => (length >>> shift) & 255),
  );
  return Uint8Array.of(0, 0, code, shape.length, ...lengths, ...bytes);
}

/** An NPY file of elements of any type, little-endian. */
export function npy(
  descr: string,
  shape: readonly number[],
  data: { buffer: ArrayBufferLike },
): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(",")},), }\n`;
  const header = Buffer.from(`\x93NUMPY\x01\x00..${text}`, "latin1");
  header.writeUInt16LE(text.length, 8);
  return Buffer.concat([header, new Uint8Array(data.buffer)]);
}
