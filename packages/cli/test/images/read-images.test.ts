import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readImages } from "../../src/images/read-images.ts";
import { fileWith, idx, noise, npy, refusal } from "./support.ts";

const twelve = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);

async function read(name: string, content: Uint8Array) {
  const path = fileWith(name, content);
  const { source, ...images } = await readImages(path);
  expect(source).toBe(path);
  return images;
}

async function refused(name: string, content: string | Uint8Array): Promise<string> {
  const path = fileWith(name, content);
  return refusal(path, readImages(path));
}

describe("IDX", () => {
  test("[n, h, w] are grey images", async () => {
    expect(await read("a.idx", idx([2, 2, 3], twelve))).toEqual({
      shape: [1, 2, 3],
      count: 2,
      pixels: twelve,
      notices: [],
    });
  });

  test("gzipped, whatever the name says", async () => {
    const plain = await read("a.idx", idx([2, 2, 3], twelve));
    expect(await read("a-idx3-ubyte", gzipSync(idx([2, 2, 3], twelve)))).toEqual(plain);
    expect(await read("a-idx3-ubyte.gz", idx([2, 2, 3], twelve))).toEqual(plain);
  });

  test("four axes are images with channels", async () => {
    const { shape, pixels } = await read("a.idx", idx([1, 2, 2, 3], twelve));
    expect(shape).toEqual([3, 2, 2]);
    expect([...pixels.subarray(0, 4)]).toEqual([0, 60, 120, 180]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["other numbers than bytes", idx([1, 2, 3], twelve, 11), /other numbers than unsigned bytes/],
    ["no images", idx([0, 28, 28], new Uint8Array()), /holds no images.*\[0, 28, 28\]/],
    ["images without pixels", idx([5, 0, 28], new Uint8Array()), /holds no images/],
    ["labels", idx([12], twelve), /shape \[12\]; images have .*may be labels/],
    ["a table of pixels", idx([3, 4], twelve), /shape \[3, 4\].*reshape/],
    ["a truncated file", idx([2, 2, 3], twelve).subarray(0, 20), /truncated or damaged/],
    ["bytes left over", idx([1, 2, 3], twelve), /6 more/],
  ])("%s", async (_, content, message) => {
    expect(await refused("a.idx", content)).toMatch(message);
  });
});

describe("NPY", () => {
  test.each([
    ["three axes", [1, 3, 4], [1, 3, 4], twelve],
    ["a last axis of 1", [1, 3, 4, 1], [1, 3, 4], twelve],
    ["a second axis of 1", [1, 1, 3, 4], [1, 3, 4], twelve],
    ["a second axis of 3", [1, 3, 2, 2], [3, 2, 2], twelve],
    [
      "a last axis of 3",
      [1, 2, 2, 3],
      [3, 2, 2],
      [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map((i) => 20 * i),
    ],
    [
      "3 first and last: channels are last",
      [1, 3, 1, 3],
      [3, 3, 1],
      [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => 20 * i),
    ],
    ["3 second and 1 last: channels are last", [2, 3, 2, 1], [1, 3, 2], twelve],
  ])("%s", async (_, shape, expected, pixels) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const images = await read("a.npy", npy("|u1", shape, twelve.slice(0, size)));
    expect(images.shape).toEqual(expected);
    expect([...images.pixels]).toEqual([...pixels]);
  });

  test("several images in colour keep their order", async () => {
    const pixels = noise(5 * 4 * 3 * 3);
    const last = await read("a.npy", npy("|u1", [5, 4, 3, 3], pixels));
    expect(last.count).toBe(5);
    for (let image = 0; image < 5; image++) {
      for (let channel = 0; channel < 3; channel++) {
        for (let place = 0; place < 12; place++) {
          expect(last.pixels[(image * 3 + channel) * 12 + place]).toBe(
            pixels[(image * 12 + place) * 3 + channel],
          );
        }
      }
    }
  });

  const values = [0, 1, 128, 255];
  test.each([
    ["<u2", Uint16Array.from(values)],
    ["<i2", Int16Array.from(values)],
    ["<i4", Int32Array.from(values)],
    ["<i8", BigInt64Array.from(values.map(BigInt))],
    ["<u8", BigUint64Array.from(values.map(BigInt))],
    ["<f4", Float32Array.from(values)],
    ["<f8", Float64Array.from(values)],
  ])("whole numbers from 0 to 255 as %s", async (descr, data) => {
    const { pixels } = await read("a.npy", npy(descr, [1, 2, 2], data));
    expect(pixels).toEqual(Uint8Array.from(values));
  });

  test.each<[string, Uint8Array | BigInt64Array]>([
    ["|u1", Uint8Array.of(0, 1, 1, 0)],
    ["|b1", Uint8Array.of(0, 1, 1, 0)],
    ["<i8", BigInt64Array.of(0n, 1n, 1n, 0n)],
  ])("0 and 1 as %s are taken as they are, with a notice", async (descr, data) => {
    const { pixels, notices } = await read("a.npy", npy(descr, [1, 2, 2], data));
    expect(Array.from(pixels)).toEqual([0, 1, 1, 0]);
    expect(notices).toEqual([
      "The values are 0 and 1 only: multiply by 255 if these are black and white.",
    ]);
  });

  test("0 alone and values above 1 go without a notice", async () => {
    for (const last of [0, 2]) {
      const data = Uint8Array.of(0, 0, 0, last);
      expect((await read("a.npy", npy("|u1", [1, 2, 2], data))).notices).toEqual([]);
    }
  });

  test.each<[string, string, { buffer: ArrayBufferLike }, RegExp]>([
    ["a value above", "<i2", Int16Array.of(0, 1, 2, 3, 4, 256, 0, 0), /image 1 has the value 256/],
    ["a negative one", "|i1", Int8Array.of(0, -1, 2, 3, 4, 5, 0, 0), /image 0 has the value -1/],
    ["a 64-bit integer above", "<i8", BigInt64Array.of(256n, 0n, 0n, 0n, 0n, 0n, 0n, 0n), /256/],
    ["a fraction", "<f4", Float32Array.of(0, 200, 2.5, 0, 0, 0, 0, 0), /2\.5.*rescale, round/],
    ["NaN", "<f4", Float32Array.of(200, 0, 0, Number.NaN, 0, 0, 0, 0), /image 0 has the value NaN/],
    [
      "floats in [0, 1]",
      "<f4",
      Float32Array.of(0, 0.5, 1, 0, 0, 0, 0, 0),
      /multiply by 255, round, .* uint8/,
    ],
    ["floats of 0 and 1", "<f8", Float64Array.of(0, 1, 1, 0, 0, 0, 0, 0), /multiply by 255/],
    ["floats in [-1, 1]", "<f4", Float32Array.of(-0.5, 1, 1, 0, 0, 0, 0, 0), /value -0\.5/],
  ])("refused: %s", async (_, descr, data, message) => {
    expect(await refused("a.npy", npy(descr, [2, 2, 2], data))).toMatch(message);
  });

  test.each<[string, number[], RegExp]>([
    ["2 channels", [1, 2, 2, 2], /\[1, 2, 2, 2\]; images have/],
    ["five axes", [1, 1, 2, 2, 2], /\[1, 1, 2, 2, 2\]/],
    ["no images", [0, 4, 4], /holds no images/],
  ])("refused: %s", async (_, shape, message) => {
    const size = shape.reduce((product, length) => product * length, 1);
    expect(await refused("a.npy", npy("|u1", shape, new Uint8Array(size)))).toMatch(message);
  });
});

describe("NPZ", () => {
  const zip = (files: Record<string, Uint8Array>, level: 0 | 6 = 6) => zipSync(files, { level });
  const images = npy("|u1", [2, 2, 3], twelve);
  const labels = npy("<i4", [2], Int32Array.of(3, 1));

  test.each([
    ["compressed", zip({ "x.npy": images, "y.npy": labels, "about.txt": noise(9) })],
    ["stored", zip({ "x.npy": images, "y.npy": labels }, 0)],
    ["gzipped", gzipSync(zip({ "x.npy": images }))],
  ])("the array with 3 axes is read: %s", async (_, content) => {
    const { shape, pixels } = await read("a.npz", content);
    expect(shape).toEqual([1, 2, 3]);
    expect(pixels).toEqual(twelve);
  });

  test("a file of numpy's savez_compressed", async () => {
    // numpy 2.4.6: savez_compressed(f, x=arange(8, dtype=uint8).reshape(2, 2, 2), y=array([3, 1]))
    const { shape, pixels } = await read("numpy.npz", Buffer.from(NUMPY_FILE, "base64"));
    expect(shape).toEqual([1, 2, 2]);
    expect([...pixels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("several arrays that fit are named", async () => {
    const message = await refused("a.npz", zip({ "x_train.npy": images, "x_test.npy": images }));
    expect(message).toMatch(
      /several arrays of 3 or 4 axes \("x_train", "x_test"\); save the images/,
    );
  });

  test("none that fits: what there is is named", async () => {
    const message = await refused(
      "a.npz",
      zip({ "y.npy": labels, "X.npy": npy("<f8", [1, 2], twelve) }),
    );
    expect(message).toMatch(/no array of 3 or 4 axes for the images \(it has "y: 2", "X: 1 x 2"\)/);
    expect(await refused("a.npz", zip({}))).toMatch(/no array/);
  });

  test("an array of objects beside the images does no harm", async () => {
    const objects = npy("|O", [2], noise(16));
    const { count } = await read("a.npz", zip({ "names.npy": objects, "x.npy": images }));
    expect(count).toBe(2);
    expect(await refused("a.npz", zip({ "x.npy": npy("|O", [1, 2, 3], twelve) }))).toMatch(
      /^"x": holds Python objects/,
    );
  });

  test("every truncation and nearly every flipped bit is refused, no pixel ever another", async () => {
    const file = zip({ "x.npy": npy("|u1", [2, 8, 8], noise(128)) });
    const path = fileWith("a.npz", file);
    for (let length = 0; length < file.length; length += 3) {
      await writeFile(path, file.subarray(0, length));
      await refusal(path, readImages(path));
    }
    for (let place = 0; place < file.length; place++) {
      const bytes = file.slice();
      bytes[place] = (bytes[place] as number) ^ (1 << (place % 8));
      await writeFile(path, bytes);
      const outcome = await readImages(path).catch((error: Error) => error.message);
      if (typeof outcome === "string") expect(outcome.startsWith(path)).toBe(true);
      else expect(outcome.pixels).toEqual(noise(128));
    }
  });

  test("a directory that promises far more than the file can hold", async () => {
    const file = Buffer.from(zip({ "x.npy": images }));
    const entry = file.lastIndexOf("PK\x01\x02");
    file.writeUInt32LE(2 ** 32 - 2, entry + 24);
    expect(await refused("a.npz", file)).toMatch(/zip file is damaged \(size of "x.npy"\)/);
  });
});

const NUMPY_FILE =
  "UEsDBC0AAAAIAAAAIQBhYP21//////////8FABQAeC5ucHkBABAAiAAAAAAAAABPAAAAAAAAAJvsF+obEMnIUMZQ" +
  "rZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CiCkqaNQq0Ae4GJgZGJmYWVj" +
  "BwBQSwMELQAAAAgAAAAhAIzeM+D//////////wUAFAB5Lm5weQEAEACQAAAAAAAAAEoAAAAAAAAAm+wX6hsQychQ" +
  "xlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALmYGCGCE0gBQ" +
  "SwECLQMtAAAACAAAACEAYWD9tU8AAACIAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEA" +
  "jN4z4EoAAACQAAAABQAAAAAAAAAAAAAAgAGGAAAAeS5ucHlQSwUGAAAAAAIAAgBmAAAABwEAAAAA";

describe("paths", () => {
  test("nothing there", async () => {
    for (const path of ["/nowhere/a.npy", `${fileWith("a.npy", "x")}/b.npy`]) {
      expect(await refusal(path, readImages(path))).toMatch(/no such file or folder/);
    }
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /is empty/],
    ["text", "x,y\n1,2\n", /no IDX, NPY, NPZ, PNG or JPEG file/],
    [
      "a damaged gzip file",
      gzipSync(idx([2, 2, 3], twelve)).subarray(0, 20),
      /gzip data are damaged/,
    ],
    ["a web page", "<!DOCTYPE html><html></html>", /get the file again/],
  ])("%s", async (_, content, message) => {
    expect(await refused("a.npy", content)).toMatch(message);
  });
});
