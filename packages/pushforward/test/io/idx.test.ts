import { describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { decodeIdx } from "../../src/io/idx.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

/** An IDX file written number by number. */
function idx(code: number, shape: readonly number[], values: readonly number[]): Uint8Array {
  const kind = {
    8: { size: 1, put: (view: DataView, at: number, value: number) => view.setUint8(at, value) },
    9: { size: 1, put: (view: DataView, at: number, value: number) => view.setInt8(at, value) },
    11: { size: 2, put: (view: DataView, at: number, value: number) => view.setInt16(at, value) },
    12: { size: 4, put: (view: DataView, at: number, value: number) => view.setInt32(at, value) },
    13: { size: 4, put: (view: DataView, at: number, value: number) => view.setFloat32(at, value) },
    14: { size: 8, put: (view: DataView, at: number, value: number) => view.setFloat64(at, value) },
  }[code]!;
  const start = 4 + 4 * shape.length;
  const view = new DataView(new ArrayBuffer(start + kind.size * values.length));
  view.setUint8(2, code);
  view.setUint8(3, shape.length);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  for (const [i, value] of values.entries()) kind.put(view, start + kind.size * i, value);
  return new Uint8Array(view.buffer);
}

function failure(bytes: Uint8Array): string {
  try {
    decodeIdx(bytes, "a.idx");
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as Error;
    expect(message).toMatch(/^a\.idx: [^\n]+$/);
    return message;
  }
  throw new Error("expected a DataError");
}

describe("what is read", () => {
  test.each([
    ["unsigned bytes", 8, Uint8Array.of(0, 1, 127, 128, 255, 7)],
    ["signed bytes", 9, Int8Array.of(0, 1, 127, -128, -1, 7)],
    ["16-bit integers", 11, Int16Array.of(0, 1, -32768, 32767, -2, 258)],
    ["32-bit integers", 12, Int32Array.of(0, 1, -(2 ** 31), 2 ** 31 - 1, -2, 66051)],
    ["floats", 13, Float32Array.of(0, 1.5, -3e38, 1e-40, Number.NaN, Number.POSITIVE_INFINITY)],
    ["doubles", 14, Float64Array.of(0, Math.PI, -1e300, 5e-324, Number.NaN, -0)],
  ])("%s", (_, code, values) => {
    const { data, shape } = decodeIdx(idx(code, [2, 3], [...values]));
    expect(data).toEqual(values);
    expect(shape).toEqual([2, 3]);
  });

  test("a file written byte by byte", () => {
    const bytes = Uint8Array.of(0, 0, 11, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe);
    expect(decodeIdx(bytes)).toEqual({ data: Int16Array.of(258, -2), shape: [1, 2] });
  });

  test("an array without elements", () => {
    expect(decodeIdx(idx(8, [0, 28, 28], []))).toEqual({
      data: new Uint8Array(),
      shape: [0, 28, 28],
    });
  });

  test("any number of axes of any length", () => {
    const random = hostRandom(0);
    for (let round = 0; round < 200; round++) {
      const shape = Array.from({ length: 1 + random.integer(5) }, () => random.integer(5));
      const count = shape.reduce((product, length) => product * length, 1);
      const values = Array.from({ length: count }, () => random.integer(2 ** 32) - 2 ** 31);
      const decoded = decodeIdx(idx(12, shape, values));
      expect(decoded.shape).toEqual(shape);
      expect([...decoded.data]).toEqual(values);
    }
  });

  test("a view at an odd place, which the array does not share", () => {
    const bytes = idx(13, [2], [1.5, -2]);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const { data } = decodeIdx(shifted.subarray(1));
    shifted.fill(0);
    expect(data).toEqual(Float32Array.of(1.5, -2));
  });
});

describe("malformed files", () => {
  const valid = idx(11, [2, 3], [1, 2, 3, 4, 5, 6]);

  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /not an IDX file: it has 0 bytes/],
    ["three bytes", new Uint8Array(3), /3 bytes/],
    ["gzipped", Uint8Array.of(0x1f, 0x8b, 8, 0, 0), /31 and 139, expected zeros; decompress/],
    ["unknown type", Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0), /code 10; known are 8, 9, 11/],
    ["inherited type", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0), /code 0/],
    ["no axes", Uint8Array.of(0, 0, 8, 0, 7), /no axes/],
    ["axes cut off", valid.subarray(0, 9), /truncated.*at byte 9 of 12/],
    ["data cut off", valid.subarray(0, 23), /truncated.*\[2, 3\], 12 bytes of data, but has 11/],
    ["bytes left over", Uint8Array.of(...valid, 0, 0), /damaged.*but has 2 more/],
    ["huge shape", idx(8, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]), /truncated/],
    ["infinite shape", idx(8, new Array(255).fill(2 ** 32 - 1), [1]), /truncated/],
  ])("%s", (_, bytes, message) => {
    expect(failure(bytes)).toMatch(message);
  });

  test("every truncation and every flipped bit is a DataError or a whole array", () => {
    for (let length = 0; length < valid.length; length++) failure(valid.slice(0, length));
    for (let bit = 0; bit < 8 * valid.length; bit++) {
      const bytes = valid.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (bit >= 8 * 12) expect(decodeIdx(bytes).data.length).toBe(6);
      else failure(bytes);
    }
  });

  test("without a name, errors call the file by the function", () => {
    expect(() => decodeIdx(new Uint8Array())).toThrow(/^decodeIdx: /);
  });
});
