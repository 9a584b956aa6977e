import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bitsByClass, cardText } from "../scripts/digits-card.mjs";
import { InputError, oneHot, partOf, readDigits, SIDE } from "../scripts/digits-images.mjs";
import { readRun } from "../scripts/digits-run.mjs";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "digits-"));
});

afterEach(() => rm(folder, { recursive: true }));

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const lengths = shape.flatMap((length) => [0, 0, length >> 8, length & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...lengths, ...Array.from(data)]);
}

const IMAGES = "train-images-idx3-ubyte";
const LABELS = "train-labels-idx1-ubyte";

const write = (name: string, content: Uint8Array | string) =>
  writeFile(join(folder, name), content);

const read = () => readDigits(folder, "train");

/** An image of MNIST's size, with ink in a rectangle. */
function ink(top: number, left: number, height: number, width: number, grey = 255): Uint8Array {
  const image = new Uint8Array(28 * 28);
  for (let row = top; row < top + height; row++) {
    image.fill(grey, row * 28 + left, row * 28 + left + width);
  }
  return image;
}

describe("the images that the model sees", () => {
  it("are the ink in the middle of the frame, with fewer greys, in plain or gzipped files", async () => {
    const [corner, faint] = [ink(0, 0, 20, 4), ink(5, 9, 10, 10, 100)];
    await write(`${IMAGES}.gz`, gzipSync(idx([2, 28, 28], [...corner, ...faint])));
    await write(LABELS, idx([2], [1, 7]));
    const digits = await read();
    expect(digits.shape).toEqual([2, 1, SIDE, SIDE]);
    expect(Array.from(digits.labels)).toEqual([1, 7]);
    const [first, second] = [digits.data.subarray(0, 400), digits.data.subarray(400)];
    first.forEach((value, place) => {
      const column = place % SIDE;
      expect(value).toBe(column >= 8 && column < 12 ? 7 : 0);
    });
    second.forEach((value, place) => {
      const [row, column] = [Math.floor(place / SIDE), place % SIDE];
      expect(value).toBe([row, column].every((at) => at >= 5 && at < 15) ? 3 : 0);
    });
    const last = partOf(digits, 1, 2);
    expect(last.data).toEqual(second);
    expect(Array.from(oneHot(last.labels).data)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  });

  it("without ink are empty", async () => {
    await write(IMAGES, idx([1, 28, 28], new Uint8Array(784)));
    await write(LABELS, idx([1], [0]));
    expect((await read()).data).toEqual(new Uint8Array(SIDE * SIDE));
  });

  const image = () => idx([1, 28, 28], ink(4, 4, 20, 20));

  it.each([
    ["a folder without the files", {}, "there is no such file"],
    ["labels for other images", { [IMAGES]: image(), [LABELS]: idx([2], [1, 2]) }, "2 labels"],
    ["classes that are no digits", { [IMAGES]: image(), [LABELS]: idx([1], [10]) }, "hold a 10"],
    ["labels for images", { [IMAGES]: idx([1], [3]), [LABELS]: idx([1], [3]) }, "1 axes"],
    ["what is no IDX", { [IMAGES]: "a picture", [LABELS]: idx([1], [3]) }, "not an IDX file"],
    ["half a file", { [IMAGES]: image().subarray(0, 100), [LABELS]: idx([1], [3]) }, IMAGES],
    ["half a gzip", { [`${IMAGES}.gz`]: gzipSync(image()).subarray(0, 20) }, "no whole gzip file"],
  ])("refuse %s", async (_, files, message) => {
    for (const [name, content] of Object.entries(files)) await write(name, content);
    const refusal = await read().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InputError);
    expect((refusal as Error).message).toContain(message);
  });
});

describe("the card", () => {
  const labels = Uint8Array.from({ length: 40 }, (_, image) => image % 10);
  const digits = { shape: [40, 1, 2, 2] as [number, number, number, number], labels };

  it("tells the bits of each class by themselves", () => {
    // Four images of each class: label + 1 bits per pixel, and around it by 0.3 and 0.1.
    const around = [-0.3, -0.1, 0.1, 0.3];
    const scores = Array.from(labels, (label, image) => {
      const bits = label + 1 + (around[Math.floor(image / 10)] as number);
      return -bits * 4 * Math.LN2;
    });
    const { images, bitsPerDimension, standardDeviation, withinTwoDeviations } = bitsByClass(
      scores,
      digits,
    );
    expect(images).toEqual(new Array(10).fill(4));
    expect(bitsPerDimension).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(standardDeviation).toEqual(new Array(10).fill(0.258));
    expect(withinTwoDeviations).toBe(1);
  });

  it("counts images that lie far from the others of their class", () => {
    const count = 200;
    const many = { ...digits, labels: labelsOf(count) };
    const scores = Array.from({ length: count }, (_, image) => (image === 7 ? -50 : -(image % 3)));
    expect(bitsByClass(scores, many).withinTwoDeviations).toBeCloseTo(1 - 1 / count, 12);
  });

  it("is not made of a test file that lacks a digit", () => {
    const lacking = { ...digits, labels: labels.map((label) => Math.min(8, label)) };
    expect(() => bitsByClass(new Array(40).fill(-1), lacking)).toThrow("0 images of the digit 9");
  });

  it("has its lists in one line, and is JSON", () => {
    const card = { list: [1, 2, 3], nested: { names: ["a", "b"], empty: [] } };
    const text = cardText(card);
    expect(text).toContain('"list": [1, 2, 3]');
    expect(text).toContain('"names": ["a", "b"]');
    expect(JSON.parse(text)).toEqual(card);
  });
});

const labelsOf = (count: number) => Uint8Array.from({ length: count }, (_, image) => image % 10);

describe("a training that is over", () => {
  const card = { settings: { seed: 3 }, training: { steps: 100 }, model: { bytes: 5 } };

  it("is read from its folder", async () => {
    await write("digits.json", JSON.stringify(card));
    await write("digits.safetensors", new Uint8Array(5));
    const { bytes, settings, training } = await readRun(folder);
    expect(bytes).toHaveLength(5);
    expect([settings.seed, training.steps]).toEqual([3, 100]);
  });

  it.each([
    ["no card", undefined, "digits.json: there is no such file"],
    ["a card that is no JSON", "{", "is not JSON"],
    ["a card of something else", "null", "is no card of a training"],
    ["a card of another model", JSON.stringify({ ...card, model: { bytes: 6 } }), "of 6 bytes"],
  ])("is refused with %s", async (_, text, message) => {
    await write("digits.safetensors", new Uint8Array(5));
    if (text !== undefined) await write("digits.json", text);
    const refusal = await readRun(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InputError);
    expect((refusal as Error).message).toContain(message);
  });

  it("is refused without its model", async () => {
    await write("digits.json", JSON.stringify(card));
    await expect(readRun(folder)).rejects.toThrow("digits.safetensors: there is no such file");
  });
});
