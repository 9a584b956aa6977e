import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { holdsImages } from "../../src/images/holds-images.ts";
import { readImages } from "../../src/images/read-images.ts";
import { checkLabels, readLabels } from "../../src/images/read-labels.ts";

/** Beside the repository, not a part of it. */
const data = resolve(dirname(fileURLToPath(import.meta.url)), "../../../../../shared/data");

// The means of the channels are numpy's.
test.for([
  [
    "mnist/train-images-idx3-ubyte.gz",
    "mnist/train-labels-idx1-ubyte.gz",
    60_000,
    [1, 28, 28],
    [33.318],
  ],
  [
    "mnist/t10k-images-idx3-ubyte.gz",
    "mnist/t10k-labels-idx1-ubyte.gz",
    10_000,
    [1, 28, 28],
    [33.791],
  ],
  [
    "fashion_mnist/t10k-images-idx3-ubyte.gz",
    "fashion_mnist/t10k-labels-idx1-ubyte.gz",
    10_000,
    [1, 28, 28],
    [73.147],
  ],
  [
    "cifar10_subset/test_images.npy.gz",
    "cifar10_subset/test_labels.npy",
    1000,
    [3, 32, 32],
    [126.67, 124.099, 115.012],
  ],
] as const)("%s", async ([name, labelName, count, shape, means], { skip }) => {
  const path = join(data, name);
  skip(!existsSync(path), `${path} is absent`);
  expect(await holdsImages(path)).toBe(true);
  const images = await readImages(path);
  const labels = await readLabels(join(data, labelName));
  checkLabels(labels, images);
  expect(images).toMatchObject({ source: path, count, shape, notices: [] });
  expect(labels.classes).toEqual(Array.from({ length: 10 }, (_, digit) => `${digit}`));
  expect(channelMeans(images)).toEqual(means);
});

function channelMeans({
  pixels,
  shape: [channels, height, width],
}: Awaited<ReturnType<typeof readImages>>) {
  const sums = new Array<number>(channels).fill(0);
  const plane = height * width;
  for (let i = 0; i < pixels.length; i++) sums[Math.floor(i / plane) % channels]! += pixels[i]!;
  return sums.map((sum) => Math.round((1000 * sum * channels) / pixels.length) / 1000);
}
