import { DataError } from "pushforward";
import { describe, expect, test } from "vitest";
import { type ImageSplit, splitImages } from "../../src/images/split-images.ts";

/** Images of one pixel and one byte more: together their number. */
function imagesOf(count: number) {
  const data = new Uint8Array(Uint16Array.from({ length: count }, (_, image) => image).buffer);
  return { data, shape: [count, 1, 1, 2] } as const;
}
const numbers = ({ data }: ImageSplit["train"]) => new Uint16Array(Uint8Array.from(data).buffer);
const sizes = ({ train, validation, test }: ImageSplit) =>
  [train, validation, test].map(({ shape }) => shape[0]);

describe("sizes of the parts", () => {
  test.each([
    [60, undefined, [49, 5, 6]],
    [1000, undefined, [810, 90, 100]],
    [60_000, undefined, [57_000, 1000, 2000]],
    [60_000, 0.5, [29_000, 1000, 30_000]],
    [60, 0, [54, 6, 0]],
    [3, 0, [2, 1, 0]],
  ])("%i images, share %s: %j", (count, share, expected) => {
    expect(sizes(splitImages("i.npy", imagesOf(count), share, 0))).toEqual(expected);
  });
});

test("every image is in one part, and the same seed deals the same", () => {
  const deal = (seed: number) => splitImages("i.npy", imagesOf(300), undefined, seed);
  const all = Object.values(deal(1)).flatMap((part) => Array.from(numbers(part)));
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, image) => image));
  expect(deal(1)).toEqual(deal(1));
  expect(deal(2)).not.toEqual(deal(1));
});

test.each([
  [1, undefined],
  [2, undefined],
  [60, 0.99],
])("%i images with the share %s are too few", (count, share) => {
  const split = () => splitImages("i.npy", imagesOf(count), share, 0);
  expect(split).toThrow(DataError);
  expect(split).toThrow(/^i\.npy: of \d+ images?, [01] would be left for training, .*--test$/);
});
