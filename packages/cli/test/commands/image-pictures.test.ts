import { expect, test } from "vitest";
import { pairsOf } from "../../src/commands/interpolation-picture.ts";
import { mixedLatents } from "../../src/commands/reconstruction-picture.ts";

const images = (labels?: number[], count = labels?.length ?? 0) => ({
  data: new Uint8Array(count),
  shape: [count, 1, 1, 1] as const,
  labels: labels && { values: Int32Array.from(labels), classes: ["a", "b"] },
});

test("pairs are of different images, four at most, the same for the same seed", () => {
  const pairs = pairsOf(images(undefined, 20), 1);
  expect(pairs).toHaveLength(4);
  expect(new Set(pairs.flat()).size).toBe(8);
  expect(pairsOf(images(undefined, 20), 1)).toEqual(pairs);
  expect(pairsOf(images(undefined, 20), 2)).not.toEqual(pairs);
  expect(pairsOf(images(undefined, 3), 0)).toHaveLength(1);
});

test("with classes, pairs are of one class each", () => {
  const labels = [0, 1, 0, 1, 0, 1, 1];
  const pairs = pairsOf(images(labels), 0);
  expect(pairs).toHaveLength(3);
  for (const [a, b] of pairs) expect(labels[a]).toBe(labels[b]);
  expect(pairsOf(images([0, 1]), 0)).toEqual([]);
});

test("the finest scales are drawn again, the others kept, in every image", () => {
  const latents = Float32Array.of(1, 2, 3, 4, 5, 6);
  const others = latents.map((value) => -value);
  const mixed = (drawn: number) => Array.from(mixedLatents(latents, others, [0, 1, 2], drawn));
  expect(mixed(1)).toEqual([-1, 2, 3, -4, 5, 6]);
  expect(mixed(2)).toEqual([-1, -2, 3, -4, -5, 6]);
  expect(mixed(3)).toEqual(Array.from(others));
});
