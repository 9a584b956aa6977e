import { join } from "node:path";
import { expect, test } from "vitest";
import { holdsImages } from "../../src/images/holds-images.ts";
import { folderWith } from "./support.ts";

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
])("%s names images, whether it is there or not", async (path) => {
  expect(await holdsImages(path)).toBe(true);
});

test.each(["a.csv", "a.csv.gz", "a.tsv", "png", "npy.csv", "a.png.csv", "a", ""])(
  "%j names a table",
  async (path) => {
    expect(await holdsImages(path)).toBe(false);
  },
);

test("a folder holds images, a file in it by its ending", async () => {
  const folder = folderWith({ "table.csv": "x\n1\n" });
  expect(await holdsImages(folder)).toBe(true);
  expect(await holdsImages(join(folder, "table.csv"))).toBe(false);
});
