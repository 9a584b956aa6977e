import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { ImageSet } from "../../src/images/image-set.ts";
import { checkLabels, readLabels } from "../../src/images/read-labels.ts";
import { fileWith, folderWith, idx, npy, refusal } from "./support.ts";

const read = (name: string, content: Uint8Array) => readLabels(fileWith(name, content));

async function refused(name: string, content: Uint8Array): Promise<string> {
  const path = fileWith(name, content);
  return refusal(path, readLabels(path));
}

test("bytes of an IDX file: the distinct values in increasing order are the classes", async () => {
  expect(await read("a-idx1-ubyte", idx([5], Uint8Array.of(7, 2, 10, 2, 7)))).toEqual({
    values: Int32Array.of(1, 0, 2, 0, 1),
    classes: ["2", "7", "10"],
  });
});

test.each([
  ["|i1", Int8Array.of(3, -1, 3, 10)],
  ["<i2", Int16Array.of(3, -1, 3, 10)],
  ["<i4", Int32Array.of(3, -1, 3, 10)],
  ["<i8", BigInt64Array.of(3n, -1n, 3n, 10n)],
])("integers of an NPY file, negative ones first: %s", async (descr, data) => {
  expect(await read("a.npy", npy(descr, [4], data))).toEqual({
    values: Int32Array.of(1, 0, 1, 2),
    classes: ["-1", "3", "10"],
  });
});

test("large 64-bit integers stay apart", async () => {
  const data = BigUint64Array.of(2n ** 63n + 1n, 2n ** 63n);
  expect((await read("a.npy", npy("<u8", [2], data))).classes).toEqual([
    "9223372036854775808",
    "9223372036854775809",
  ]);
});

test("the array of an NPZ file with one axis of integers", async () => {
  const file = zipSync({
    "x.npy": npy("|u1", [2, 1, 1], Uint8Array.of(1, 2)),
    "w.npy": npy("<f8", [2], Float64Array.of(0.5, 1)),
    "y.npy": npy("<i8", [2], BigInt64Array.of(4n, 4n)),
  });
  expect(await read("a.npz", file)).toEqual({ values: Int32Array.of(0, 0), classes: ["4"] });
});

describe("refused", () => {
  test.each<[string, string, Uint8Array, RegExp]>([
    ["images", "a.idx", idx([2, 1, 2], new Uint8Array(4)), /shape \[2, 1, 2\]; labels have one/],
    ["one column", "a.npy", npy("<i4", [3, 1], Int32Array.of(1, 2, 3)), /shape \[3, 1\]/],
    ["floats", "a.npy", npy("<f4", [2], Float32Array.of(1, 2)), /floats; labels are integers/],
    ["names", "a.npy", npy("<U1", [2], Int32Array.of(97, 98)), /holds strings/],
    ["none", "a.idx", idx([0], new Uint8Array()), /holds no labels/],
    ["a picture", "a.png", Uint8Array.of(0x89, 0x50), /no IDX, NPY or NPZ file .*labels are read/],
    [
      "several arrays",
      "a.npz",
      zipSync({
        "a.npy": npy("|u1", [1], Uint8Array.of(1)),
        "b.npy": npy("|b1", [1], Uint8Array.of(1)),
      }),
      /several arrays of one axis of integers \("a", "b"\); save the labels alone/,
    ],
    [
      "more classes than 1000",
      "a.npy",
      npy(
        "<i4",
        [1001],
        Int32Array.from({ length: 1001 }, (_, i) => i),
      ),
      /more than 1,000 different values/,
    ],
  ])("%s", async (_, name, content, message) => {
    expect(await refused(name, content)).toMatch(message);
  });

  test("a folder", async () => {
    const folder = folderWith({});
    expect(await refusal(folder, readLabels(folder))).toMatch(/is a folder; name a file/);
  });
});

test("1000 classes are read", async () => {
  const data = Int32Array.from({ length: 1000 }, (_, i) => 999 - i);
  expect((await read("a.npy", npy("<i4", [1000], data))).classes.length).toBe(1000);
});

describe("checkLabels", () => {
  const images: ImageSet = {
    source: "digits.idx",
    shape: [1, 1, 1],
    count: 3,
    pixels: new Uint8Array(3),
    notices: [],
  };

  test("one label per image", () => {
    checkLabels({ values: Int32Array.of(0, 1, 0), classes: ["a", "b"] }, images);
  });

  test("another number of labels is refused, both numbers said", () => {
    expect(() => checkLabels({ values: Int32Array.of(0), classes: ["a"] }, images)).toThrow(
      "digits.idx: there are 1 label for 3 images",
    );
  });
});
