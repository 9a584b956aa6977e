import { join } from "node:path";
import { expect, test } from "vitest";
import { readFitImages } from "../../src/images/read-fit-images.ts";
import { fileWith, folderWith, greyPng, noise, npy, refusal } from "./support.ts";

const images = noise(4 * 6);
const arrays = () =>
  folderWith({
    "images.npy": npy("|u1", [4, 2, 3], images),
    "labels.npy": npy("<i4", [4], Int32Array.of(7, 5, 7, 7)),
    "same.npy": npy("<i4", [4], Int32Array.of(7, 7, 7, 7)),
    "three.npy": npy("<i4", [3], Int32Array.of(7, 5, 7)),
  });

async function classFolder(...classes: string[]): Promise<string> {
  const png = await greyPng(images.subarray(0, 6), 3);
  return folderWith(Object.fromEntries(classes.map((name) => [`${name}/1.png`, png])));
}

test("the bits asked for are kept, and there are no classes by default", async () => {
  const { rows, notices } = await readFitImages(join(arrays(), "images.npy"), { bits: 3 });
  expect(rows.data).toEqual(images.map((value) => value >> 5));
  expect(rows.shape).toEqual([4, 1, 2, 3]);
  expect(rows.labels).toBeUndefined();
  expect(notices).toEqual([]);
});

test("bits of which nothing is left are refused, and 8 bits of 0 and 1 are taken with a notice", async () => {
  const path = fileWith("binary.npy", npy("|b1", [2, 1, 3], Uint8Array.of(0, 1, 1, 0, 0, 1)));
  expect(await refusal(path, readFitImages(path, { bits: 1 }))).toMatch(
    /black in their upper 1 bit, .* multiply by 255/,
  );
  const { rows, notices } = await readFitImages(path, { bits: 8 });
  expect(Array.from(rows.data)).toEqual([0, 1, 1, 0, 0, 1]);
  expect(notices.join()).toMatch(/0 and 1 only: multiply by 255/);
});

test("classes come from a file", async () => {
  const folder = arrays();
  const labels = join(folder, "labels.npy");
  const { rows } = await readFitImages(join(folder, "images.npy"), { bits: 8, labels });
  expect(rows.labels).toEqual({ values: Int32Array.of(1, 0, 1, 1), classes: ["5", "7"] });
});

test("folders are classes if asked for, and a notice tells that they could be", async () => {
  const folder = await classFolder("cat", "dog");
  const asked = await readFitImages(folder, { bits: 8, classes: true });
  expect(asked.rows.labels).toEqual({ values: Int32Array.of(0, 1), classes: ["cat", "dog"] });
  expect(asked.notices).toEqual([]);
  const unasked = await readFitImages(folder, { bits: 8 });
  expect(unasked.rows.labels).toBeUndefined();
  expect(unasked.notices.join()).toContain("--classes");
});

test("a file of labels takes the place of folders", async () => {
  const folder = await classFolder("cat", "dog");
  const labels = fileWith("labels.npy", npy("<i4", [2], Int32Array.of(3, 1)));
  const { rows, notices } = await readFitImages(folder, { bits: 8, labels });
  expect(rows.labels?.classes).toEqual(["1", "3"]);
  expect(notices).toEqual([]);
});

test("classes that there are not are refused", async () => {
  const path = join(arrays(), "images.npy");
  const attempt = readFitImages(path, { bits: 8, classes: true });
  expect(await refusal("--classes", attempt)).toMatch(/has no folder per class; .*--labels$/);
});

test("labels of another number are refused", async () => {
  const folder = arrays();
  const path = join(folder, "images.npy");
  const attempt = readFitImages(path, { bits: 8, labels: join(folder, "three.npy") });
  expect(await refusal(path, attempt)).toMatch(/3 labels for 4 images/);
});

test("a single class is refused", async () => {
  const folder = arrays();
  const labels = join(folder, "same.npy");
  const attempt = readFitImages(join(folder, "images.npy"), { bits: 8, labels });
  expect(await refusal(labels, attempt)).toBe(
    'all images are of one class, "7"; leave out --labels',
  );
  const single = await classFolder("cat");
  const other = readFitImages(single, { bits: 8, classes: true });
  expect(await refusal(single, other)).toMatch(/one class, "cat"; leave out --classes$/);
});

test("grey images stored as colours, and labels that are hardly classes, get a notice", async () => {
  const count = 21;
  const images = (valueAt: (i: number) => number) =>
    npy(
      "|u1",
      [count, 2, 1, 3],
      Uint8Array.from({ length: 6 * count }, (_, i) => valueAt(i)),
    );
  const folder = folderWith({
    "grey.npy": images((i) => Math.floor(i / 3)),
    "coloured.npy": images((i) => i),
    "ids.npy": npy(
      "<i4",
      [count],
      Int32Array.from({ length: count }, (_, i) => i),
    ),
  });
  const noticesOf = async (name: string, labels?: string) =>
    (await readFitImages(join(folder, name), { bits: 8, labels })).notices;
  expect(await noticesOf("grey.npy")).toEqual([expect.stringMatching(/store them as grey/)]);
  expect(await noticesOf("coloured.npy")).toEqual([]);
  expect(await noticesOf("coloured.npy", join(folder, "ids.npy"))).toEqual([
    expect.stringMatching(/^21 classes for these images/),
  ]);
});
