import { join } from "node:path";
import { DomainError } from "pushforward";
import { expect, test } from "vitest";
import {
  classesFor,
  type ImageModel,
  imageModel,
  oneClass,
} from "../../src/commands/image-model.ts";
import { readModelImages } from "../../src/commands/model-images.ts";
import { fileWith, folderWith, noise, npy, refusal } from "../images/support.ts";

const grid = { step: 1, range: [0, 31] as const };
const model = { shape: [1, 2, 3], columns: new Array(6).fill(grid), contextNames: undefined };
const plain = imageModel("m", model as never) as ImageModel;
const ofClasses = { ...plain, classes: ["cat", "dog", "7"] };
const pixels = noise(2 * 6);
const arrays = (labels: number[]) =>
  folderWith({
    "i.npy": npy("|u1", [2, 2, 3], pixels),
    "l.npy": npy("<i4", [labels.length], Int32Array.from(labels)),
    "t.csv": "x,y\n1,2\n",
  });

test("a model is one of images where its events are, with values of pixels", () => {
  expect(plain).toMatchObject({ path: "m", shape: [1, 2, 3], size: 6, high: 31 });
  expect(
    imageModel("m", { ...model, columns: new Array(6).fill({ step: 1 }) } as never),
  ).toBeNull();
  expect(imageModel("m", { shape: [6], columns: model.columns } as never)).toBeNull();
});

test("images are brought to the model's depth", async () => {
  const { rows } = await readModelImages(plain, join(arrays([0, 1]), "i.npy"), {});
  expect(rows).toEqual({ data: pixels.map((value) => value >> 3), shape: [2, 1, 2, 3] });
});

test("classes are numbered as the model has them", async () => {
  const folder = arrays([7, 7]);
  const labels = join(folder, "l.npy");
  const { rows } = await readModelImages(ofClasses, join(folder, "i.npy"), { labels });
  expect(rows.labels).toEqual({ values: Int32Array.of(2, 2), classes: ["cat", "dog", "7"] });
});

test("all images can be taken for one class, whatever their own", async () => {
  const path = join(arrays([7, 7]), "i.npy");
  const { rows } = await readModelImages(ofClasses, path, { class: "dog" });
  expect(rows.labels).toEqual({ values: Int32Array.of(1, 1), classes: ["cat", "dog", "7"] });
  await expect(readModelImages(ofClasses, path, { class: "cow" })).rejects.toThrow(
    '--class: m has no class "cow"; take one of "cat", "dog", "7"',
  );
  await expect(readModelImages(plain, path, { class: "dog" })).rejects.toThrow(
    "--class: m was fitted without classes; leave it out",
  );
});

test("classes are asked for, compared and refused", async () => {
  const folder = arrays([7, 5]);
  const [path, labels] = [join(folder, "i.npy"), join(folder, "l.npy")];
  expect(await refusal(path, readModelImages(ofClasses, path, {}))).toBe(
    'm wants the class of each image ("cat", "dog", "7"); give them with --labels, name a folder ' +
      "with a folder per class, or say --class if all are of one",
  );
  expect(await refusal(path, readModelImages(ofClasses, path, { labels }))).toBe(
    'has images of the class "5", and m was fitted to 3 classes: "cat", "dog", "7"',
  );
  await expect(readModelImages(plain, path, { labels })).rejects.toThrow(
    "--labels: m was fitted without classes; leave it out",
  );
});

test("images of another shape, tables and other depths are refused", async () => {
  const other = fileWith("o.npy", npy("|u1", [1, 3, 2, 3], noise(18)));
  expect(await refusal(other, readModelImages(plain, other, {}))).toBe(
    "holds images of 2 x 3 pixels, colour, and m takes 3 x 2 pixels, grey; pictures must have the " +
      "model's size and channels, so scale, crop or convert them",
  );
  const table = join(arrays([0, 1]), "t.csv");
  expect(await refusal(table, readModelImages(plain, table, {}))).toMatch(/is a table by its name/);
  const absent = join(arrays([0, 1]), "absent");
  expect(await refusal(absent, readModelImages(plain, absent, {}))).toMatch(/no such file/);
  for (const high of [99, 511]) {
    const path = join(arrays([0, 1]), "i.npy");
    await expect(readModelImages({ ...plain, high }, path, {})).rejects.toThrow(
      `m: takes pixels from 0 to ${high}, and the command reads them in 8 bits or fewer`,
    );
  }
});

test("classes for samples: all in turn, or one", () => {
  expect(Array.from(classesFor(ofClasses, undefined, 5)?.values ?? [])).toEqual([0, 1, 2, 0, 1]);
  expect(classesFor(plain, undefined, 5)).toBeUndefined();
  expect(Array.from(oneClass(ofClasses, "dog", 2).values)).toEqual([1, 1]);
  expect(() => oneClass(ofClasses, "cow", 2)).toThrow(DomainError);
  expect(() => oneClass(ofClasses, "cow", 2)).toThrow(
    '--class: m has no class "cow"; take one of "cat", "dog", "7"',
  );
  expect(() => oneClass(plain, "cow", 2)).toThrow("--class: m was fitted without classes");
});
