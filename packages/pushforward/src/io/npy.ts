import { DataError, ShapeError } from "../core/errors.ts";
import { type Shape, showShape, sizeOf } from "../core/shape.ts";
import { type ElementType, type FileArray, readElements } from "./array-file.ts";
import type { TensorData } from "./safetensors.ts";

/** What the header of an NPY file says of its array. */
export interface NpyHeader {
  /** The element type as numpy writes it: `<f4`, `|u1`; a list of fields for records. */
  readonly descr: string;
  /** Whether the first axis, not the last, varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: number[];
  /** The byte at which the elements begin. */
  readonly start: number;
}

/** The element types by kind and bytes; booleans are bytes of 0 and 1. */
const ELEMENTS: Readonly<Record<string, ElementType>> = {
  b1: Uint8Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** What the other types are called, by their kind or by kind and bytes. */
const REFUSED: Readonly<Record<string, string>> = {
  f2: "half-precision floats (float16)",
  f: "extended-precision floats",
  c: "complex numbers",
  O: "Python objects",
  S: "strings",
  a: "strings",
  U: "strings",
  V: "raw bytes",
  M: "dates",
  m: "time differences",
  "[": "records of several fields",
};

const MAGIC = "\x93NUMPY";
/** The magic and the version, two bytes. */
const PREFIX_BYTES = 8;
/** The most that numpy itself reads. */
const LARGEST_HEADER_BYTES = 10_000;
const MOST_AXES = 64;
/** Data begin at a multiple of this, as numpy writes them. */
const ALIGNMENT = 64;

/**
 * Reads an NPY file, numpy's format of one array; versions 1 to 3 of the format.
 *
 * Reads booleans (as bytes of 0 and 1), integers of 1 to 8 bytes, float32 and float64 in either
 * byte order; 8-byte integers come as bigints. An array in Fortran order is put into row-major
 * order. The array is a copy, so `bytes` may be reused.
 *
 * @param bytes - the whole file, decompressed.
 * @param source - what errors call the file, for example its path; default "decodeNpy".
 * @throws DataError when the bytes are anything but a whole, well-formed file of such elements.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function decodeNpy(bytes: Uint8Array, source = "decodeNpy"): FileArray {
  const { descr, fortranOrder, shape, start } = readNpyHeader(bytes, source);
  const [, order, type] = /^([<>|=]?)([a-z]\d)$/.exec(descr) ?? [];
  const elements = type === undefined ? undefined : ELEMENTS[type];
  if (!elements) throw refusal(descr, source);
  const data = readElements(bytes, { start, shape, elements, bigEndian: order === ">" }, source);
  return { data: fortranOrder ? rowMajor(data, shape) : data, shape };
}

/**
 * Reads the header of an NPY file alone; whether the elements can be read is not looked at.
 *
 * @param bytes - the file, decompressed; nothing beyond the header is looked at.
 * @param source - what errors call the file, for example its path; default "readNpyHeader".
 * @throws DataError when the bytes do not begin with a well-formed header.
 */
export function readNpyHeader(bytes: Uint8Array, source = "readNpyHeader"): NpyHeader {
  const { text, start } = headerText(bytes, source);
  const entries = parseDictionary(text);
  const descr = entries?.get("descr") ?? "";
  const order = entries?.get("fortran_order") ?? "";
  const shape = (entries?.get("shape") ?? "").match(/\d+/g)?.map(Number) ?? [];
  const wellFormed =
    /^['"[]/.test(descr) && /^(True|False)$/.test(order) && entries?.get("shape")?.startsWith("(");
  if (!wellFormed || shape.length > MOST_AXES || !shape.every(Number.isSafeInteger)) {
    throw new DataError(
      `${source}: is damaged: its header is ${shortened(text)}, expected a dictionary of descr, ` +
        "fortran_order and shape; get the file again",
    );
  }
  return { descr: descr.replace(/^['"]|['"]$/g, ""), fortranOrder: order === "True", shape, start };
}

/**
 * Writes an array as an NPY file, version 1, which `numpy.load` reads as float32 or uint8.
 *
 * @param data - row-major, as many elements as the shape has.
 * @throws ShapeError when the shape is no list of at most 64 lengths, or the number of elements
 * another.
 */
export function encodeNpy(data: Float32Array | Uint8Array, shape: Shape): Uint8Array<ArrayBuffer> {
  const valid = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!valid || shape.length > MOST_AXES || sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `encodeNpy: got ${data.length} numbers for the shape ${showShape(shape)}; give as many as ` +
        "the product of the shape's whole numbers.",
    );
  }
  const descr = data instanceof Float32Array ? "<f4" : "|u1";
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${lengths}), }`;
  const start = Math.ceil((PREFIX_BYTES + 2 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = `${text.padEnd(start - PREFIX_BYTES - 2 - 1)}\n`;

  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(Uint8Array.from(MAGIC, (character) => character.charCodeAt(0)));
  bytes.set([1, 0, header.length & 0xff, header.length >> 8], MAGIC.length);
  bytes.set(new TextEncoder().encode(header), PREFIX_BYTES + 2);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

function headerText(bytes: Uint8Array, source: string) {
  if (!MAGIC.split("").every((character, i) => bytes[i] === character.charCodeAt(0))) {
    throw new DataError(
      `${source}: is not an NPY file: it does not begin with \\x93NUMPY; decompress it first if its ` +
        "name ends in .gz",
    );
  }
  if (bytes.length < PREFIX_BYTES) throw truncated(source);
  const [major, minor] = bytes.subarray(MAGIC.length);
  if (!(major >= 1 && major <= 3) || minor !== 0) {
    throw new DataError(
      `${source}: is of version ${major}.${minor} of the NPY format; versions 1.0, 2.0 and 3.0 are ` +
        "read. Save it again, with numpy.save",
    );
  }
  const begin = PREFIX_BYTES + (major === 1 ? 2 : 4);
  if (bytes.length < begin) throw truncated(source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes =
    major === 1 ? view.getUint16(PREFIX_BYTES, true) : view.getUint32(PREFIX_BYTES, true);
  if (headerBytes > LARGEST_HEADER_BYTES) {
    throw new DataError(
      `${source}: is damaged: it announces a header of ${headerBytes} bytes, more than ` +
        `${LARGEST_HEADER_BYTES}; get the file again`,
    );
  }
  const start = begin + headerBytes;
  if (bytes.length < start) throw truncated(source);
  return { text: new TextDecoder().decode(bytes.subarray(begin, start)), start };
}

function truncated(source: string): DataError {
  return new DataError(
    `${source}: is truncated or damaged: it ends within its header; get the file again`,
  );
}

const TUPLE = /\(\s*(?:\d+L?\s*,\s*)*(?:\d+L?\s*)?\)/.source;
const VALUE = `'[^']*'|"[^"]*"|\\[.*\\]|True|False|${TUPLE}`;
const ENTRY = new RegExp(
  `\\s*(['"])(descr|fortran_order|shape)\\1\\s*:\\s*(${VALUE})\\s*(?:,\\s*|$)`,
  "gsy",
);

/** The entries of a Python dictionary by name, or null where it is none of the three expected. */
function parseDictionary(text: string): Map<string, string> | null {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? "";
  const matches = [...body.matchAll(ENTRY)];
  const length = matches.reduce((sum, [whole]) => sum + whole.length, 0);
  if (length !== body.length || matches.length !== 3) return null;
  const entries = new Map(matches.map(([, , name, value]) => [name as string, value as string]));
  return entries.size === 3 ? entries : null;
}

function refusal(descr: string, source: string): DataError {
  const type = descr.replace(/^[<>|=]/, "");
  const name =
    REFUSED[type.slice(0, 2)] ?? REFUSED[type.charAt(0)] ?? "elements of an unknown type";
  return new DataError(
    `${source}: holds ${name}, ${shortened(descr)}; booleans, integers, float32 and float64 are ` +
      "read. Convert the array to one of them, with astype, and save it again",
  );
}

/** The elements of an array in Fortran order, in row-major order. */
function rowMajor(data: TensorData, shape: Shape): TensorData {
  const sorted = data.slice();
  const from: ArrayLike<unknown> = data;
  const to: { [index: number]: unknown } = sorted;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const place = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    to[target] = from[source];
    // Step the place as an odometer does, last axis first.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++place[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      place[axis] = 0;
    }
  }
  return sorted;
}

/** A text of the file in quotes, on one line. */
function shortened(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
