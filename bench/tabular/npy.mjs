import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** How numbers are stored. @type {Record<string, (buffer: ArrayBuffer, from: number) => Uint8Array | Float64Array>} */
const kinds = {
  "|u1": (buffer, from) => new Uint8Array(buffer, from),
  "<f8": (buffer, from) => new Float64Array(buffer.slice(from)),
};

/**
 * Read an array that numpy wrote, row-major, `.npy` or `.npy.gz`.
 * @param {string} path
 */
export function readNpy(path) {
  const raw = readFileSync(path);
  const bytes = path.endsWith(".gz") ? gunzipSync(raw) : raw;
  if (bytes.toString("latin1", 0, 6) !== "\x93NUMPY" || bytes[6] !== 1) {
    throw new Error(`${path} is no .npy file of version 1`);
  }
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, 10 + length);
  const kind = /'descr': '([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "";
  const open = kinds[kind];
  if (!open || !header.includes("'fortran_order': False")) {
    throw new Error(
      `${path} holds ${header.trim()}, expected one of ${Object.keys(kinds)} by rows`,
    );
  }
  const { buffer, byteOffset, byteLength } = bytes;
  const own = /** @type {ArrayBuffer} */ (buffer.slice(byteOffset, byteOffset + byteLength));
  return { data: open(own, 10 + length), shape: shape.split(",").filter(Boolean).map(Number) };
}
