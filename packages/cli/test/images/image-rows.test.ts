import { expect, test } from "vitest";
import { classNames, contextsOf, firstImages, selectImages } from "../../src/images/image-rows.ts";

const labels = { values: Int32Array.of(0, 2, 1), classes: ["a", "b", "c"] };
const images = { data: Uint8Array.of(0, 1, 10, 11, 20, 21), shape: [3, 1, 1, 2], labels } as const;

test("images are selected with their classes, in the order asked for", () => {
  const { data, shape, labels } = selectImages(images, Uint32Array.of(2, 0));
  expect(Array.from(data)).toEqual([20, 21, 0, 1]);
  expect(shape).toEqual([2, 1, 1, 2]);
  expect(labels).toEqual({ values: Int32Array.of(1, 0), classes: ["a", "b", "c"] });
});

test("none can be selected", () => {
  expect(selectImages(images, new Uint32Array()).shape).toEqual([0, 1, 1, 2]);
});

test("the first images, or all where there are fewer", () => {
  expect(Array.from(firstImages(images, 2).data)).toEqual([0, 1, 10, 11]);
  expect(firstImages({ ...images, labels: undefined }, 9)).toEqual({
    ...images,
    labels: undefined,
  });
});

test("contexts are one-hot vectors of all classes", () => {
  const contexts = contextsOf(labels);
  expect(contexts?.shape).toEqual([3, 3]);
  expect(Array.from(contexts?.data ?? [])).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0]);
  expect(contextsOf(undefined)).toBeUndefined();
});

test("classes have names", () => {
  expect(classNames(labels)).toEqual(["a", "c", "b"]);
});
