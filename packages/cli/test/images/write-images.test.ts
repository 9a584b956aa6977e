import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ShapeError } from "pushforward";
import { decodeNpy } from "pushforward/io";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readImages } from "../../src/images/read-images.ts";
import { checkImageOutput, type Pictures, writeImages } from "../../src/images/write-images.ts";
import { folderWith, noise, refusal } from "./support.ts";

const grey: Pictures = { pixels: noise(3 * 20), shape: [3, 1, 4, 5] };
const colour: Pictures = { pixels: noise(2 * 60), shape: [2, 3, 4, 5] };
const one: Pictures = { pixels: noise(60), shape: [1, 3, 4, 5] };

/** The path of this name in a new folder, and what the folder holds. */
function place(name: string) {
  const folder = folderWith({});
  return { path: join(folder, name), held: () => readdirSync(folder) };
}

describe("what is written is read back", () => {
  test.each([
    ["grey", "a.npy", grey],
    ["colour", "a.npy", colour],
    ["grey", "samples", grey],
    ["colour", "samples/", colour],
    ["colour", "a.PNG", one],
    ["grey", "a.png", { pixels: noise(20), shape: [1, 1, 4, 5] } satisfies Pictures],
  ])("%s as %s", async (_, name, pictures) => {
    const { path, held } = place(name);
    await writeImages(path, pictures);
    const { count, shape, pixels } = await readImages(path);
    expect([count, ...shape]).toEqual(pictures.shape);
    expect(pixels).toEqual(pictures.pixels);
    expect(held()).toEqual([name.replace("/", "")]);
  });
});

test("arrays have their channels last, and no such axis in grey", async () => {
  const { path } = place("a.npy");
  await writeImages(path, grey);
  expect(decodeNpy(readFileSync(path)).shape).toEqual([3, 4, 5]);
  await writeImages(path, colour);
  const { data, shape } = decodeNpy(readFileSync(path));
  expect(shape).toEqual([2, 4, 5, 3]);
  expect([...data.slice(0, 3)]).toEqual([0, 20, 40].map((i) => colour.pixels[i]));
});

test("files of a folder are numbered from 1, with 4 digits, and grey ones have one channel", async () => {
  const { path } = place("samples");
  await writeImages(path, grey);
  expect(readdirSync(path).sort()).toEqual(["0001.png", "0002.png", "0003.png"]);
  const { channels, space } = await sharp(join(path, "0001.png")).metadata();
  expect([channels, space]).toEqual([1, "b-w"]);
});

test("a folder has a folder for each class, and is read with its classes", async () => {
  const { path } = place("samples");
  const labels = { values: Int32Array.of(2, 0, 2), classes: ["a", "b", "c d"] };
  await writeImages(path, { ...grey, labels });
  expect(readdirSync(path).sort()).toEqual(["a", "c d"]);
  const { names, labels: read } = await readImages(path);
  expect(names).toEqual(["a/0002.png", "c d/0001.png", "c d/0003.png"]);
  expect(read?.classes).toEqual(["a", "c d"]);
});

test("floats are rounded and clamped", async () => {
  const { path } = place("a.npy");
  const pixels = Float32Array.of(-3, -0.2, 0.4, 0.6, 254.4, 254.6, 255.2, 1e30);
  await writeImages(path, { pixels, shape: [1, 1, 2, 4] });
  expect([...decodeNpy(readFileSync(path)).data]).toEqual([0, 0, 0, 1, 254, 255, 255, 255]);
});

test("a file that is there is replaced", async () => {
  const { path, held } = place("a.npy");
  writeFileSync(path, "old");
  await writeImages(path, grey);
  expect((await readImages(path)).count).toBe(3);
  expect(held()).toEqual(["a.npy"]);
});

describe("refused, and nothing left behind", () => {
  test.each<[string, string, Pictures, RegExp]>([
    [
      "several images as one picture",
      "a.png",
      grey,
      /is one picture, and there are 3 images; name a folder/,
    ],
    ["another ending", "a.jpg", one, /ends in "\.jpg"; images are written to \.npy, to \.png/],
    ["a missing folder", "missing/a.npy", one, /there is no folder .*missing/],
    ["a missing folder of a folder", "missing/samples", one, /there is no folder .*missing/],
    [
      "NaN",
      "a.npy",
      { pixels: Float32Array.of(1, 2, 3, Number.NaN), shape: [2, 1, 1, 2] },
      /image 1 has the pixel NaN/,
    ],
    [
      "infinity",
      "a",
      { pixels: Float32Array.of(Number.POSITIVE_INFINITY), shape: [1, 1, 1, 1] },
      /Infinity/,
    ],
    ...["..", ".hidden", "a/b", ""].map((name): [string, string, Pictures, RegExp] => [
      `the class ${JSON.stringify(name)}`,
      "samples",
      { ...grey, labels: { values: new Int32Array(3), classes: [name, "b"] } },
      /^the class ".*" cannot be the name of a folder; .*\.npy/,
    ]),
  ])("%s", async (_, name, pictures, message) => {
    const { path, held } = place(name);
    expect(await refusal(path, writeImages(path, pictures))).toMatch(message);
    expect(held()).toEqual([]);
  });

  test("a folder that is there already, empty or not, and a file of its name", async () => {
    const { path } = place("samples");
    mkdirSync(path);
    expect(await refusal(path, writeImages(path, grey))).toMatch(/there already; name a folder/);
    writeFileSync(join(path, "mine.txt"), "x");
    expect(await refusal(path, writeImages(path, grey))).toMatch(/there already/);
    expect(readdirSync(path)).toEqual(["mine.txt"]);
    const file = place("samples");
    writeFileSync(file.path, "mine");
    expect(await refusal(file.path, writeImages(file.path, grey))).toMatch(/there already/);
    expect(readFileSync(file.path, "utf8")).toBe("mine");
  });

  test("a folder under the name of a file", async () => {
    const { path } = place("a.npy");
    mkdirSync(path);
    expect(await refusal(path, writeImages(path, grey))).toMatch(/is a folder/);
  });

  test("a folder that appears under the name meanwhile is kept, the images are not", async () => {
    const { path, held } = place("samples");
    const many: Pictures = { pixels: noise(200), shape: [200, 1, 1, 1] };
    const attempt = writeImages(path, many).catch((error: Error) => error.message);
    while (held().length === 0) await setTimeout(1);
    mkdirSync(path);
    writeFileSync(join(path, "mine.txt"), "x");
    expect(await attempt).toMatch(/samples: cannot be written/);
    expect(held()).toEqual(["samples"]);
    expect(readdirSync(path)).toEqual(["mine.txt"]);
  });

  test.each<Pictures["shape"]>([
    [3, 1, 4, 4],
    [0, 1, 4, 5],
    [6, 2, 1, 5],
    [-3, 1, -4, 5],
  ])("pixels that are no images of the shape [%i, %i, %i, %i]", async (...shape) => {
    const { path, held } = place("a.npy");
    await expect(writeImages(path, { pixels: grey.pixels, shape })).rejects.toThrow(ShapeError);
    expect(held()).toEqual([]);
  });
});

describe("checkImageOutput", () => {
  test("writes nothing", async () => {
    const { path } = place("samples");
    await checkImageOutput(path, 100);
    expect(existsSync(path)).toBe(false);
  });

  test("refuses a file that the command reads", async () => {
    const { path } = place("a.npy");
    writeFileSync(path, "x");
    expect(await refusal(path, checkImageOutput(path, 1, { others: [path] }))).toMatch(/overwrite/);
  });
});
