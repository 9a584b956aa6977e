import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { holdsImages } from "../../src/images/holds-images.ts";
import { fileWith, folderWith, npy } from "./support.ts";

test.each([
  "a.idx",
  "a.idx.gz",
  "a.idx3-ubyte",
  "train-images-idx3-ubyte",
  "data/train-images-idx3-ubyte.gz",
  "a.npy",
  "a.NPY.gz",
  "a.npz",
  "a.npz.gz",
  "a.png",
  "a.PNG",
  "a.jpg",
  "a.jpeg",
])("%s names images where it is not there", async (path) => {
  expect(await holdsImages(path)).toBe(true);
});

test.each(["a.csv", "a.csv.gz", "a.tsv", "png", "npy.csv", "a.png.csv", "a", ""])(
  "%j names a table",
  async (path) => {
    expect(await holdsImages(path)).toBe(false);
  },
);

test("a folder holds images, a file in it by its ending", async () => {
  const folder = folderWith({ "table.csv": "x\n1\n", "called.npy/a.csv": "x\n1\n" });
  expect(await holdsImages(folder)).toBe(true);
  expect(await holdsImages(join(folder, "called.npy"))).toBe(true);
  expect(await holdsImages(join(folder, "table.csv"))).toBe(false);
});

describe("arrays of numpy", () => {
  // Headers only: nothing else may be looked at.
  const array = (shape: readonly number[]) => npy("|u1", shape, new Uint8Array());

  test.each([
    [[], true],
    [[4], false],
    [[4, 2], false],
    [[4, 2, 2], true],
    [[4, 1, 2, 2], true],
    [[4, 1, 1, 2, 2], true],
  ])("of the shape %j: images are %s", async (shape, images) => {
    const content = array(shape);
    expect(await holdsImages(fileWith("a.npy", content))).toBe(images);
    expect(await holdsImages(fileWith("a.npy.gz", gzipSync(content)))).toBe(images);
    // Zip files store what is short, and compress the rest.
    const long = npy("|u1", shape, new Uint8Array(100_000));
    const zip = zipSync({ "a.npy": long, "README.txt": new Uint8Array(4) });
    expect(await holdsImages(fileWith("a.npz", zip))).toBe(images);
    const stored = zipSync({ "a.npy": [long, { level: 0 }] });
    expect(await holdsImages(fileWith("a.npz.gz", gzipSync(stored)))).toBe(images);
  });

  test("are images where an NPZ file holds any, with labels or without", async () => {
    const zip = (...shapes: number[][]) =>
      zipSync(Object.fromEntries(shapes.map((shape, i) => [`a${i}.npy`, array(shape)])));
    const mixed = fileWith("mixed.npz", zip([9, 1], [9, 4, 4]));
    expect(await holdsImages(mixed)).toBe(true);
    expect(await holdsImages(mixed, "a0")).toBe(false);
    expect(await holdsImages(fileWith("a.npz", zip([9], [9, 4])))).toBe(false);
    expect(await holdsImages(fileWith("a.npz", zip()))).toBe(true);
  });

  test("that are damaged are left to the reader of images", async () => {
    for (const name of ["a.npy", "a.npz", "a.npy.gz"]) {
      for (const content of ["", "text", "\x93NUMPY", "PK\x03\x04nothing", "\x1f\x8b"]) {
        const path = fileWith(name, Buffer.from(content, "latin1"));
        expect(await holdsImages(path), `${name} ${content}`).toBe(true);
      }
    }
  });
});
