import { DataError } from "../core/errors.ts";
import { type Shape, showShape, sizeOf } from "../core/shape.ts";
import type { TensorData } from "./safetensors.ts";

/** The one array that a file holds: row-major, `data.length` is the product of `shape`. */
export interface FileArray {
  readonly data: TensorData;
  readonly shape: number[];
}

/** The typed array that takes elements of one type. */
export interface ElementType {
  new (buffer: ArrayBuffer): TensorData;
  readonly BYTES_PER_ELEMENT: number;
}

/** How a file's elements lie from byte `start` to its end. */
export interface ElementLayout {
  readonly start: number;
  readonly shape: Shape;
  readonly elements: ElementType;
  readonly bigEndian: boolean;
}

/**
 * A copy of the elements that fill a file to its end, in this machine's byte order.
 *
 * @throws DataError when fewer or more bytes are there than the shape needs.
 */
export function readElements(
  bytes: Uint8Array,
  { start, shape, elements, bigEndian }: ElementLayout,
  source: string,
): TensorData {
  const size = elements.BYTES_PER_ELEMENT;
  const expected = sizeOf(shape) * size;
  const found = bytes.length - start;
  const announced = `its header announces the shape ${showShape(shape)}, ${expected} bytes of data`;
  if (found < expected) {
    throw new DataError(
      `${source}: is truncated or damaged: ${announced}, but has ${found}; get the file again`,
    );
  }
  if (found > expected) {
    throw new DataError(
      `${source}: is damaged: ${announced}, but has ${found - expected} more; get the file again`,
    );
  }
  const copy = new Uint8Array(bytes.subarray(start));
  if (bigEndian) swapBytes(copy, size);
  return new elements(copy.buffer);
}

/** Turns every element around, in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let begin = 0; begin < bytes.length; begin += size) {
    for (let low = begin, high = begin + size - 1; low < high; low++, high--) {
      const kept = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = kept;
    }
  }
}
