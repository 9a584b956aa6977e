import { DataError } from "../core/errors.ts";
import { type ElementType, type FileArray, readElements } from "./array-file.ts";

/** The element types by their code in the third byte. */
const ELEMENTS: Readonly<Record<number, ElementType>> = {
  8: Uint8Array,
  9: Int8Array,
  11: Int16Array,
  12: Int32Array,
  13: Float32Array,
  14: Float64Array,
};

/** Two zeros, the code of the element type, the number of axes. */
const MAGIC_BYTES = 4;
const LENGTH_BYTES = 4;

/**
 * Reads an IDX file, the format of MNIST: a header, then the elements row-major and big-endian.
 *
 * All its types are read: signed and unsigned bytes, 16 and 32 bit integers, floats and doubles.
 * The array is a copy, so `bytes` may be reused.
 *
 * @param bytes - the whole file, decompressed.
 * @param source - what errors call the file, for example its path; default "decodeIdx".
 * @throws DataError when the bytes are anything but a whole, well-formed file.
 *
 * LeCun, Cortes, Burges (1998), The MNIST database of handwritten digits.
 */
export function decodeIdx(bytes: Uint8Array, source = "decodeIdx"): FileArray {
  const [first, second, code, axes] = bytes;
  if (bytes.length < MAGIC_BYTES) {
    throw new DataError(
      `${source}: is not an IDX file: it has ${bytes.length} bytes, too few for a header`,
    );
  }
  if (first !== 0 || second !== 0) {
    throw new DataError(
      `${source}: is not an IDX file: its first two bytes are ${first} and ${second}, expected ` +
        "zeros; decompress it first if its name ends in .gz",
    );
  }
  const elements = ELEMENTS[code];
  if (!elements) {
    throw new DataError(
      `${source}: is not an IDX file: its element type has the code ${code}; known are ` +
        Object.keys(ELEMENTS).join(", "),
    );
  }
  if (axes === 0) {
    throw new DataError(`${source}: is not an array: its header announces no axes`);
  }
  const start = MAGIC_BYTES + axes * LENGTH_BYTES;
  if (bytes.length < start) {
    throw new DataError(
      `${source}: is truncated or damaged: it ends within its header, at byte ${bytes.length} of ` +
        `${start}; get the file again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) =>
    view.getUint32(MAGIC_BYTES + axis * LENGTH_BYTES),
  );
  return { data: readElements(bytes, { start, shape, elements, bigEndian: true }, source), shape };
}
