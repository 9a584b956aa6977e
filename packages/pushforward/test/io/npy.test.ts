import { describe, expect, test } from "vitest";
import { DataError, ShapeError } from "../../src/core/errors.ts";
import { decodeNpy, encodeNpy, readNpyHeader } from "../../src/io/npy.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

/** An NPY file with this header and these bytes of data. */
function npy(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = [...new TextEncoder().encode(header)];
  const length = [text.length & 0xff, text.length >> 8, ...(version === 1 ? [] : [0, 0])];
  return Uint8Array.of(0x93, ...latin("NUMPY"), version, 0, ...length, ...text, ...data);
}

const latin = (text: string) => Array.from(text, (character) => character.charCodeAt(0));

const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }  \n`;

const hex = (text: string) =>
  Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );

const fromBase64 = (text: string) => Uint8Array.from(latin(atob(text)));

function failure(bytes: Uint8Array): string {
  try {
    decodeNpy(bytes, "a.npy");
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as Error;
    expect(message).toMatch(/^a\.npy: [^\n]+$/);
    return message;
  }
  throw new Error("expected a DataError");
}

describe("element types", () => {
  test.each([
    ["|b1", "0001", Uint8Array.of(0, 1)],
    ["|u1", "00ff", Uint8Array.of(0, 255)],
    ["|i1", "7f80", Int8Array.of(127, -128)],
    ["<u2", "0201ffff", Uint16Array.of(258, 65535)],
    [">u2", "0102ffff", Uint16Array.of(258, 65535)],
    ["<i2", "0201feff", Int16Array.of(258, -2)],
    [">i2", "0102fffe", Int16Array.of(258, -2)],
    ["<u4", "04030201ffffffff", Uint32Array.of(0x01020304, 2 ** 32 - 1)],
    [">u4", "01020304ffffffff", Uint32Array.of(0x01020304, 2 ** 32 - 1)],
    ["<i4", "04030201feffffff", Int32Array.of(0x01020304, -2)],
    [">i4", "01020304fffffffe", Int32Array.of(0x01020304, -2)],
    [
      "<u8",
      "0807060504030201ffffffffffffffff",
      BigUint64Array.of(0x0102030405060708n, 2n ** 64n - 1n),
    ],
    [
      ">u8",
      "0102030405060708ffffffffffffffff",
      BigUint64Array.of(0x0102030405060708n, 2n ** 64n - 1n),
    ],
    ["<i8", "0807060504030201feffffffffffffff", BigInt64Array.of(0x0102030405060708n, -2n)],
    [">i8", "0102030405060708fffffffffffffffe", BigInt64Array.of(0x0102030405060708n, -2n)],
    ["<f4", "0000c03f000000c0", Float32Array.of(1.5, -2)],
    [">f4", "3fc00000c0000000", Float32Array.of(1.5, -2)],
    ["<f8", "000000000000f83f00000000000000c0", Float64Array.of(1.5, -2)],
    [">f8", "3ff8000000000000c000000000000000", Float64Array.of(1.5, -2)],
  ])("%s", (descr, bytes, values) => {
    const { data, shape } = decodeNpy(npy(header(descr, "(2,)"), hex(bytes)));
    expect(data).toEqual(values);
    expect(shape).toEqual([2]);
  });

  test.each([
    ["'<f2'", /half-precision floats \(float16\), "<f2"; .*Convert the array/],
    ["'<f16'", /extended-precision floats/],
    ["'<c8'", /complex numbers/],
    ["'<c16'", /complex numbers/],
    ["'|O'", /Python objects/],
    ["'|S5'", /strings/],
    ["'<U12'", /strings/],
    ["'|V8'", /raw bytes/],
    ["'<M8[ns]'", /dates/],
    ["'<m8[s]'", /time differences/],
    ["[('a', '<f4'), ('b', '<i4', (2,))]", /records of several fields/],
    ["'<i3'", /unknown type, "<i3"/],
    [`'${"q".repeat(500)}'`, /unknown type, "q{79}…"/],
  ])("%s is refused by name", (descr, message) => {
    expect(failure(npy(header("?", "(1,)").replace("'?'", descr), [0]))).toMatch(message);
  });
});

describe("shapes", () => {
  test.each([
    ["()", [], 1],
    ["(3,)", [3], 3],
    ["(0,)", [0], 0],
    ["(2, 3)", [2, 3], 6],
    ["(2L, 3L)", [2, 3], 6],
    ["( 1,2 , 3, )", [1, 2, 3], 6],
    ["(0, 9007199254740991)", [0, 9007199254740991], 0],
  ])("%s", (text, expected, count) => {
    const bytes = npy(header("|u1", text), new Array(count).fill(7));
    expect(decodeNpy(bytes)).toEqual({ data: new Uint8Array(count).fill(7), shape: expected });
  });

  test("Fortran order is put into row-major order", () => {
    const bytes = npy(header("|u1", "(2, 3)", "True"), [1, 4, 2, 5, 3, 6]);
    expect(decodeNpy(bytes)).toEqual({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
  });

  test("Fortran order of any number of axes: every element is found at its place", () => {
    const random = hostRandom(1);
    for (let round = 0; round < 200; round++) {
      const shape = Array.from({ length: random.integer(5) }, () => random.integer(5));
      const count = shape.reduce((product, length) => product * length, 1);
      const stored = Array.from({ length: count }, () => random.integer(256));
      const text = `(${shape.map((length) => `${length},`).join("")})`;
      const { data } = decodeNpy(npy(header("|u1", text, "True"), stored));
      // Take a row-major number apart into its place, and count that place from the first axis.
      const expected = stored.map((_, number) => {
        let rest = number;
        const place = shape.map(() => 0);
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          place[axis] = rest % shape[axis]!;
          rest = Math.floor(rest / shape[axis]!);
        }
        return stored[place.reduceRight((sum, index, axis) => sum * shape[axis]! + index, 0)];
      });
      expect([...data]).toEqual(expected);
    }
  });
});

describe("headers", () => {
  const expected = { data: Int16Array.of(1, 2), shape: [2] };
  const data = [1, 0, 2, 0];

  test.each([
    ["version 2", npy(header("<i2", "(2,)"), data, 2)],
    ["version 3", npy(header("<i2", "(2,)"), data, 3)],
    ["another order", npy("{'shape': (2,), 'fortran_order': False, 'descr': '<i2'}", data)],
    ["double quotes", npy('{"descr":"<i2","fortran_order":False,"shape":(2,)}\n', data)],
  ])("%s", (_, bytes) => {
    expect(decodeNpy(bytes)).toEqual(expected);
  });

  test("the header alone tells of arrays that are not read, and needs no data", () => {
    expect(readNpyHeader(npy(header("|O", "(2, 5)", "True")))).toEqual({
      descr: "|O",
      fortranOrder: true,
      shape: [2, 5],
      start: 10 + header("|O", "(2, 5)", "True").length,
    });
  });

  const wrong = "damaged: its header is .* expected a dictionary of descr, fortran_order and shape";
  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /not an NPY file/],
    ["half the magic", Uint8Array.of(0x93, 0x4e, 0x55), /not an NPY file/],
    ["a zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0), /not an NPY file/],
    ["the magic alone", npy("").subarray(0, 6), /truncated/],
    ["no length", npy("").subarray(0, 9), /truncated/],
    ["no header", npy(""), new RegExp(wrong)],
    ["header cut off", npy(header("<i2", "(2,)")).subarray(0, 30), /ends within its header/],
    ["version 4", npy(header("<i2", "(2,)"), data, 4), /version 4\.0 .* versions 1\.0, 2\.0/],
    ["version 0", npy(header("<i2", "(2,)"), data, 0), /version 0\.0/],
    ["huge header", npy(" ".repeat(20_000)), /header of 20000 bytes/],
    [
      "gigantic header",
      Uint8Array.of(0x93, ...latin("NUMPY"), 2, 0, 255, 255, 255, 255),
      /4294967295/,
    ],
    ["no dictionary", npy("[1, 2]\n"), new RegExp(wrong)],
    ["no shape", npy("{'descr': '<i2', 'fortran_order': False, }"), new RegExp(wrong)],
    [
      "an entry too many",
      npy(`{'shape': (2,), ${header("<i2", "(2,)").slice(1)}`),
      new RegExp(wrong),
    ],
    ["an unknown entry", npy(`{'x': 1, ${header("<i2", "(2,)").slice(1)}`), new RegExp(wrong)],
    [
      "two shapes and no type",
      npy("{'shape': (2,), 'shape': (2,), 'fortran_order': False}"),
      new RegExp(wrong),
    ],
    [
      "values swapped",
      npy("{'descr': (2,), 'fortran_order': False, 'shape': '<i2'}"),
      new RegExp(wrong),
    ],
    ["a negative length", npy(header("<i2", "(-2,)"), data), new RegExp(wrong)],
    ["a fractional length", npy(header("<i2", "(2.5,)"), data), new RegExp(wrong)],
    ["an inexact length", npy(header("<i2", "(9007199254740993,)"), data), new RegExp(wrong)],
    [
      "more axes than numpy has",
      npy(header("|u1", `(${"1,".repeat(65)})`), [1]),
      new RegExp(wrong),
    ],
    ["a huge shape", npy(header("<i2", "(999999999, 999999999)"), data), /truncated.*but has 4/],
    ["an infinite shape", npy(header("<i2", `(${"9007199254740991,".repeat(40)})`)), /Infinity/],
    ["data cut off", npy(header("<i2", "(2,)"), [1, 0, 2]), /4 bytes of data, but has 3; get/],
    ["bytes left over", npy(header("<i2", "(2,)"), [1, 0, 2, 0, 9]), /but has 1 more/],
    ["not text", npy(header("<i2", "(2,)"), data).fill(0xff, 10), new RegExp(wrong)],
  ])("%s", (_, bytes, message) => {
    expect(failure(bytes)).toMatch(message);
  });

  test("a hostile header is refused at once", () => {
    for (const text of ["{'shape': (", "{'descr': [", "{'descr' ", "{", " "]) {
      failure(npy(text + "1, ".repeat(3000)));
      failure(npy(text + " ".repeat(9000)));
      failure(npy(`${text}${"[]".repeat(4000)}}`));
    }
  });
});

describe("files of numpy 2.4.6", () => {
  test("big-endian floats in Fortran order", () => {
    // numpy.array([[1.5, -2, 3], [4, 5, 6]], dtype=">f4", order="F")
    const bytes = fromBase64(
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwg" +
        "MyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg" +
        "IAo/wAAAQIAAAMAAAABAoAAAQEAAAEDAAAA=",
    );
    expect(decodeNpy(bytes)).toEqual({ data: Float32Array.of(1.5, -2, 3, 4, 5, 6), shape: [2, 3] });
  });

  test("what is written has the bytes that numpy.save gives", () => {
    // numpy.arange(6, dtype="|u1").reshape(2, 3), and numpy.array([1, 2], dtype="<f4")
    const written = (bytes: Uint8Array) => String.fromCharCode(...bytes);
    const dictionary = (text: string) => `\x93NUMPY\x01\x00v\x00${text.padEnd(117)}\n`;
    expect(written(encodeNpy(Uint8Array.of(0, 1, 2, 3, 4, 5), [2, 3]))).toBe(
      `${dictionary("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }")}\0\x01\x02\x03\x04\x05`,
    );
    expect(written(encodeNpy(Float32Array.of(1, 2), [2]))).toBe(
      `${dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")}\0\0\x80?\0\0\0@`,
    );
  });
});

describe("writing", () => {
  test("any array comes back, bit for bit, with its data at a multiple of 64", () => {
    const random = hostRandom(2);
    for (let round = 0; round < 200; round++) {
      const shape = Array.from({ length: random.integer(40) }, () =>
        random.integer(4) ? 1 : random.integer(4),
      );
      const count = shape.reduce((product, length) => product * length, 1);
      const floats = Float32Array.from({ length: count }, () => random.normal());
      const bytes = Uint8Array.from({ length: count }, () => random.integer(256));
      for (const data of [floats, bytes]) {
        const file = encodeNpy(data, shape);
        expect(decodeNpy(file)).toEqual({ data, shape });
        expect(readNpyHeader(file).start % 64).toBe(0);
      }
    }
  });

  test("NaN and infinities, and a view into a larger array", () => {
    const data = Float32Array.of(9, Number.NaN, Number.NEGATIVE_INFINITY, -0, 9).subarray(1, 4);
    expect(decodeNpy(encodeNpy(data, [3])).data).toEqual(data);
  });

  test.each([
    ["too few numbers", [3]],
    ["a negative length", [-2, -1]],
    ["a fractional length", [0.5, 4]],
    ["more axes than numpy has", [2, ...new Array(64).fill(1)]],
  ])("%s", (_, shape) => {
    expect(() => encodeNpy(Uint8Array.of(1, 2), shape)).toThrow(ShapeError);
    expect(() => encodeNpy(Uint8Array.of(1, 2), shape)).toThrow(/^encodeNpy: got 2 numbers/);
  });
});

test("flipped bits give a DataError or a whole array, nothing else", () => {
  const random = hostRandom(3);
  const valid = npy(
    header("<i4", "(2, 3)", "True"),
    Array.from({ length: 24 }, (_, i) => i),
  );
  let refused = 0;
  for (let round = 0; round < 5000; round++) {
    const bytes = valid.slice();
    for (let flip = random.integer(4); flip >= 0; flip--) {
      bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
    }
    try {
      const { data, shape } = decodeNpy(bytes);
      expect(data.length).toBe(shape.reduce((product, length) => product * length, 1));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1000);
  for (let length = 0; length < valid.length; length++) failure(valid.slice(0, length));
});
