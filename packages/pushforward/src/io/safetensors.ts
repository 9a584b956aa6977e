import { ModelFileError } from "../core/errors.ts";

/** Bytes per element, and the array that holds a tensor of each type. */
const DTYPES = {
  F64: { size: 8, array: Float64Array },
  I64: { size: 8, array: BigInt64Array },
  U64: { size: 8, array: BigUint64Array },
  F32: { size: 4, array: Float32Array },
  I32: { size: 4, array: Int32Array },
  U32: { size: 4, array: Uint32Array },
  /** Half precision and bfloat16 have no array of their own: their bits are handed over. */
  F16: { size: 2, array: Uint16Array },
  BF16: { size: 2, array: Uint16Array },
  I16: { size: 2, array: Int16Array },
  U16: { size: 2, array: Uint16Array },
  I8: { size: 1, array: Int8Array },
  U8: { size: 1, array: Uint8Array },
  BOOL: { size: 1, array: Uint8Array },
} as const;

/** Element types that are read and written. */
export type TensorDtype = keyof typeof DTYPES;

/** The typed array of each element type; `F16` and `BF16` as their bits, `BOOL` as 0 and 1. */
export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A tensor as it lies in a file: row-major. */
export interface FileTensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a safetensors file holds. */
export interface FileContents {
  readonly tensors: Map<string, FileTensor>;
  readonly metadata: Record<string, string>;
}

const METADATA = "__metadata__";
const PREFIX_BYTES = 8;
const ALIGNMENT = 8;
/** The reference implementation's own limit. */
const LARGEST_HEADER_BYTES = 100_000_000;

/**
 * Writes tensors and text as one safetensors file.
 *
 * Layout: header length (8 bytes), JSON header padded with spaces, data; all little-endian. The
 * data begin at a multiple of 8 bytes and wider elements come first, so that every tensor can be
 * mapped in place; the format allows no gaps that would align them otherwise.
 *
 * @param tensors - by name; any order, `data.length` is the product of `shape`.
 * @param metadata - free text by key.
 * @throws ModelFileError when a tensor's shape, type and data disagree, or a name is reserved.
 *
 * Format: https://huggingface.co/docs/safetensors
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, FileTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([, a], [, b]) => DTYPES[b.dtype].size - DTYPES[a.dtype].size);
  // Joined by hand: an object literal would take a name such as "__proto__" or "0" for its own.
  const entries = [`${JSON.stringify(METADATA)}:${JSON.stringify(metadata)}`];
  let end = 0;
  for (const [name, tensor] of ordered) {
    checkWritable(name, tensor);
    const begin = end;
    end += tensor.data.byteLength;
    const { dtype, shape } = tensor;
    const entry = { dtype, shape, data_offsets: [begin, end] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const header = new TextEncoder().encode(`{${entries.join(",")}}`);
  const headerBytes = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;

  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(header, PREFIX_BYTES);
  bytes.fill(0x20, PREFIX_BYTES + header.length, PREFIX_BYTES + headerBytes);
  let position = PREFIX_BYTES + headerBytes;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file, trusting nothing in it.
 *
 * Reads F64, F32, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, and F16 and BF16 as their bits; the
 * packed types of 8 bits and fewer (F8_E4M3, F4, ...) are refused as unknown. The tensors' arrays
 * are copies, so `bytes` may be reused.
 *
 * @param bytes - the whole file.
 * @param source - what errors call the file, for example its path.
 * @throws ModelFileError when the bytes are anything but a whole, well-formed file.
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): FileContents {
  const { header, dataStart } = readHeader(bytes, source);
  const dataBytes = bytes.length - dataStart;
  let metadata: Record<string, string> = {};
  const tensors = new Map<string, FileTensor>();
  const extents: Extent[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = readMetadata(value, source);
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, value, dataBytes, source);
    extents.push({ name, begin, end });
    const copy = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end)).buffer;
    tensors.set(name, { dtype, shape, data: new DTYPES[dtype].array(copy) });
  }
  checkTiling(extents, dataBytes, source);
  return { tensors, metadata };
}

interface Extent {
  name: string;
  begin: number;
  end: number;
}

function readHeader(bytes: Uint8Array, source: string) {
  if (bytes.length < PREFIX_BYTES) {
    throw new ModelFileError(
      `${source} is not a model file: it has ${bytes.length} bytes, too few for a safetensors header`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > LARGEST_HEADER_BYTES) {
    throw new ModelFileError(
      `${source} is not a model file: its first 8 bytes are not the header length of a safetensors file`,
    );
  }
  const dataStart = PREFIX_BYTES + headerBytes;
  if (dataStart > bytes.length) {
    throw new ModelFileError(
      `${source} is truncated or not a model file: it announces a header of ${headerBytes} bytes but ` +
        `has ${bytes.length - PREFIX_BYTES} left; copy or save it again`,
    );
  }
  const header = parseJson(bytes.subarray(PREFIX_BYTES, dataStart), source);
  if (!isRecord(header)) {
    throw new ModelFileError(`${source} is not a model file: its header is not a JSON object`);
  }
  return { header, dataStart };
}

function parseJson(bytes: Uint8Array, source: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new ModelFileError(`${source} is not a model file: its header is not JSON`, { cause });
  }
}

function readMetadata(value: unknown, source: string): Record<string, string> {
  if (!isRecord(value)) {
    throw new ModelFileError(`${source} is malformed: its ${METADATA} is not a JSON object`);
  }
  for (const [key, text] of Object.entries(value)) {
    if (isReserved(key) || typeof text !== "string") {
      throw new ModelFileError(
        `${source} is malformed: entry ${quote(key)} of its ${METADATA} is not text under a plain key`,
      );
    }
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, dataBytes: number, source: string) {
  const fail = (what: string) =>
    new ModelFileError(`${source} is malformed: tensor ${quote(name)} ${what}`);
  if (isReserved(name)) throw fail("has a reserved name");
  if (!isRecord(value)) throw fail("is not described by a JSON object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    const known = Object.keys(DTYPES).join(", ");
    throw fail(`has the element type ${quote(dtype)}; known are ${known}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw fail(`has the shape ${quote(shape)}, not a list of sizes`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw fail(`has the data_offsets ${quote(offsets)}, not two positions`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw fail(`ends at byte ${end}, before it begins at byte ${begin}`);
  if (end > dataBytes) {
    throw fail(`ends at byte ${end} of ${dataBytes}: the file is truncated; copy or save it again`);
  }
  const expected = shape.reduce((product, size) => product * size, DTYPES[dtype].size);
  if (end - begin !== expected) {
    throw fail(`of type ${dtype} and shape ${quote(shape)} has ${end - begin} bytes of data`);
  }
  return { dtype, shape: shape as number[], begin, end };
}

/** Each byte of the data belongs to exactly one tensor: nothing hidden, nothing shared. */
function checkTiling(extents: Extent[], dataBytes: number, source: string): void {
  let position = 0;
  for (const { name, begin, end } of extents.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      const what = begin < position ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new ModelFileError(`${source} is malformed: tensor ${quote(name)} ${what}`);
    }
    position = end;
  }
  if (position !== dataBytes) {
    throw new ModelFileError(
      `${source} is malformed: ${dataBytes - position} bytes after its last tensor belong to none`,
    );
  }
}

function checkWritable(name: string, { dtype, shape, data }: FileTensor): void {
  const count = shape.reduce((product, size) => product * size, 1);
  if (name === METADATA || isReserved(name) || !shape.every(isSize)) {
    throw new ModelFileError(`tensor ${quote(name)} of shape ${quote(shape)} cannot be written`);
  }
  if (!(data instanceof DTYPES[dtype].array) || data.length !== count) {
    throw new ModelFileError(
      `tensor ${quote(name)} cannot be written: type ${dtype} and shape ${quote(shape)} need a ` +
        `${DTYPES[dtype].array.name} of length ${count}, got a ${data.constructor.name} of ${data.length}`,
    );
  }
}

function isDtype(value: unknown): value is TensorDtype {
  return typeof value === "string" && Object.hasOwn(DTYPES, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Names are dotted paths into a tree of parameters; this step would lead out of the tree. */
function isReserved(name: string): boolean {
  return name.split(".").includes("__proto__");
}

/** A value from the file for use inside one line of text. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
