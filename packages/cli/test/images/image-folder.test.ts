import { symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readImages } from "../../src/images/read-images.ts";
import {
  colourPng,
  fileWith,
  folderWith,
  greyPng,
  noise,
  picture,
  rawPng,
  refusal,
} from "./support.ts";

/** A grey picture of 3 x 2 pixels, all of one value. */
const flat = (value: number) => greyPng(new Uint8Array(6).fill(value), 3);

/** The value of each image of a set of flat ones. */
const values = ({ pixels }: { pixels: Uint8Array }) => [...pixels].filter((_, i) => i % 6 === 0);

describe("a folder", () => {
  test("its pictures in natural order, with their names", async () => {
    const folder = folderWith({
      "a10.png": await flat(10),
      "a2.png": await flat(2),
      "a1.PNG": await flat(1),
      "a01.png": await flat(0),
      "b.jpg": await picture(new Uint8Array(6).fill(99), 3, 1)
        .toColourspace("b-w")
        .jpeg()
        .toBuffer(),
    });
    const images = await readImages(folder);
    expect(images.names).toEqual(["a01.png", "a1.PNG", "a2.png", "a10.png", "b.jpg"]);
    expect(values(images)).toEqual([0, 1, 2, 10, 99]);
    expect(images).toMatchObject({ source: folder, shape: [1, 2, 3], count: 5, notices: [] });
    expect(images.labels).toBeUndefined();
  });

  test("more pictures than are decoded at a time", async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 50; i++) files[`${i}.png`] = await flat(5 * i);
    const images = await readImages(folderWith(files));
    expect(values(images)).toEqual(Array.from({ length: 50 }, (_, i) => 5 * i));
  });

  test("sub-folders are classes", async () => {
    const folder = folderWith({
      "cat/2.png": await flat(2),
      "cat/1.png": await flat(1),
      "c10/x.png": await flat(3),
      "c9/x.png": await flat(4),
    });
    const images = await readImages(folder);
    expect(images.names).toEqual(["c9/x.png", "c10/x.png", "cat/1.png", "cat/2.png"]);
    expect(values(images)).toEqual([4, 3, 1, 2]);
    expect(images.labels).toEqual({
      values: Int32Array.of(0, 1, 2, 2),
      classes: ["c9", "c10", "cat"],
    });
  });

  test("hidden files are passed over, others named in a notice", async () => {
    const folder = folderWith({
      "1.png": await flat(1),
      ".hidden.png": "no picture",
      ".cache/2.png": "no picture",
      "labels.csv": "x\n",
      "Thumbs.db": "x",
      "notes/read.me": "x",
    });
    const { count, notices } = await readImages(folder);
    expect(count).toBe(1);
    expect(notices).toEqual([
      'Left out, neither PNG nor JPEG: 3 files ("labels.csv").',
      'Left out, no image directly in it: 1 folder ("notes").',
    ]);
  });

  test("what lies deeper than the classes is left out, with a notice", async () => {
    const folder = folderWith({
      "cat/1.png": await flat(1),
      "cat/more/2.png": await flat(2),
      "dog/3.png": await flat(3),
      "empty/about.txt": "x",
    });
    const { labels, notices } = await readImages(folder);
    expect(labels?.classes).toEqual(["cat", "dog"]);
    expect(notices).toEqual([
      'Left out, neither PNG nor JPEG: 1 file ("empty/about.txt").',
      'Left out, no image directly in it: 1 folder ("empty").',
      'Left out, inside the folder of a class: 1 folder ("cat/more").',
    ]);
  });

  test("links to files and to folders are followed", async () => {
    const pictures = folderWith({ "1.png": await flat(1) });
    const folder = folderWith({});
    symlinkSync(pictures, join(folder, "cat"));
    expect((await readImages(folder)).names).toEqual(["cat/1.png"]);
    const links = folderWith({});
    symlinkSync(join(pictures, "1.png"), join(links, "link.png"));
    expect((await readImages(links)).names).toEqual(["link.png"]);
    symlinkSync(join(pictures, "gone.png"), join(links, "loose.png"));
    expect(await refusal(join(links, "loose.png"), readImages(links))).toMatch(/no such file/);
  });

  test("refused: empty, or images only deeper than one folder", async () => {
    for (const name of [".keep", "notes.txt", "train/cat/1.png"]) {
      const folder = folderWith({ [name]: await flat(1) });
      expect(await refusal(folder, readImages(folder))).toMatch(/holds no \.png, \.jpg or \.jpeg/);
    }
  });

  test("refused: images beside folders of images", async () => {
    const folder = folderWith({ "1.png": await flat(1), "cat/2.png": await flat(2) });
    expect(await refusal(folder, readImages(folder))).toMatch(
      /both images \("1.png"\) .*\("cat"\)/,
    );
  });

  test("refused: more folders than classes are read", async () => {
    const files = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`${i}/a.png`, "x"]));
    const folder = folderWith(files);
    expect(await refusal(folder, readImages(folder))).toMatch(/1,001 folders .* 1,000 folders/);
  });

  test("refused: images of different sizes, both named", async () => {
    const folder = folderWith({ "1.png": await flat(1), "2.png": await greyPng(noise(8), 4) });
    expect(await refusal(folder, readImages(folder))).toMatch(
      /differ in size: .*1\.png has 3 x 2 pixels, .*2\.png has 4 x 2;/,
    );
  });

  test("refused: the same number of pixels in another form", async () => {
    const folder = folderWith({ "1.png": await flat(1), "2.png": await greyPng(noise(6), 2) });
    expect(await refusal(folder, readImages(folder))).toMatch(/differ in size/);
  });

  test.each(["1", "3"])("refused: grey and colour, the grey one is %s.png", async (grey) => {
    const folder = folderWith({
      [`${grey}.png`]: await flat(1),
      "2.png": await colourPng(noise(18), 3),
    });
    const message = await refusal(folder, readImages(folder));
    expect(message).toMatch(new RegExp(`mixes .*${grey}\\.png is grey, .*2\\.png is in colour`));
  });

  test("of several bad files the first in order is named", async () => {
    const files: Record<string, string | Uint8Array> = {};
    for (let i = 0; i < 8; i++) files[`${i}.png`] = i < 2 ? await flat(i) : "bad";
    const folder = folderWith(files);
    for (let round = 0; round < 5; round++) {
      await refusal(join(folder, "2.png"), readImages(folder));
    }
  });

  test("a set beyond the memory is refused before it is made", async () => {
    const wide = await greyPng(new Uint8Array(2100 * 2100), 2100);
    const folder = folderWith({ "0.png": wide });
    for (let i = 1; i < 1000; i++) symlinkSync(join(folder, "0.png"), join(folder, `${i}.png`));
    expect(await refusal(folder, readImages(folder))).toMatch(
      /1,000 images of 2100 x 2100 pixels need 4\.4 GB/,
    );
  });
});

describe("pictures", () => {
  const grey = noise(20);
  const rgb = noise(60);
  const planes = [0, 1, 2].flatMap((channel) => [...rgb].filter((_, i) => i % 3 === channel));

  async function read(content: Uint8Array, name = "a.png") {
    const path = fileWith(name, content);
    const { source, names, ...images } = await readImages(path);
    expect([source, names]).toEqual([path, [basename(path)]]);
    return { ...images, pixels: [...images.pixels] };
  }

  async function refused(content: Uint8Array, name = "a.png"): Promise<string> {
    const path = fileWith(name, content);
    return refusal(path, readImages(path));
  }

  const greySet = { shape: [1, 4, 5], count: 1, pixels: [...grey], notices: [] };
  const colourSet = { shape: [3, 4, 5], count: 1, pixels: planes, notices: [] };

  test("one picture is a set of one", async () => {
    expect(await read(await greyPng(grey, 5))).toEqual(greySet);
    expect(await read(await colourPng(rgb, 5))).toEqual(colourSet);
  });

  test("a JPEG is near what was saved, channel by channel", async () => {
    const smooth = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i % 3) * 80 + 40);
    const jpeg = await picture(smooth, 16, 3).jpeg({ quality: 100 }).toBuffer();
    const { shape, pixels } = await read(jpeg, "a.jpg");
    expect(shape).toEqual([3, 16, 16]);
    for (const [i, value] of pixels.entries()) {
      expect(Math.abs(value - (Math.floor(i / 256) * 80 + 40))).toBeLessThan(4);
    }
  });

  test("the first bytes tell the format, whatever the name says", async () => {
    expect(await read(await greyPng(grey, 5), "a.npy")).toEqual(greySet);
  });

  test.each([
    [1, [0b10100000], [255, 0, 255, 0]],
    [2, [0b00011011], [0, 85, 170, 255]],
    [4, [0x0f, 0x37], [0, 255, 51, 119]],
  ])("grey of %i bits per pixel is spread over 0 to 255", async (bits, line, expected) => {
    const { shape, pixels } = await read(rawPng({ width: 4, bits, kind: 0 }, line));
    expect(shape).toEqual([1, 1, 4]);
    expect(pixels).toEqual(expected);
  });

  test("numbers are taken as stored, whatever colour profile and gamma a file names", async () => {
    const profiled = await picture(rgb, 5, 3).withIccProfile("p3").png().toBuffer();
    const place = profiled.indexOf("iCCP");
    const profile = profiled.subarray(place + 4, place + 4 + profiled.readUInt32BE(place - 4));
    const line = [10, 20, 30, 250, 5, 100];
    const gamma = Buffer.of(0, 1, 0x86, 0xa0);
    for (const [type, data] of Object.entries({ iCCP: profile, gAMA: gamma })) {
      const png = rawPng({ width: 2, bits: 8, kind: 2 }, line, { [type]: data });
      const { pixels } = await read(png);
      expect(pixels).toEqual([10, 250, 20, 5, 30, 100]);
    }
  });

  test("a colour that a file names transparent counts as such where it occurs", async () => {
    const format = { width: 2, bits: 8, kind: 0 } as const;
    const unused = rawPng(format, [10, 20], { tRNS: Buffer.of(0, 30) });
    expect((await read(unused)).pixels).toEqual([10, 20]);
    const used = rawPng(format, [10, 20], { tRNS: Buffer.of(0, 20) });
    expect(await refused(used)).toMatch(/transparent in places/);
  });

  test("a palette is read as colour, with a notice", async () => {
    const palette = { PLTE: Buffer.of(1, 2, 3, 40, 50, 60) };
    const format = { width: 3, bits: 1, kind: 3 } as const;
    const { shape, pixels, notices } = await read(rawPng(format, [0b01000000], palette));
    expect(shape).toEqual([3, 1, 3]);
    expect(pixels).toEqual([1, 40, 1, 2, 50, 2, 3, 60, 3]);
    expect(notices).toEqual(["Read as colour, as the colours come from a palette: 1 image."]);
  });

  const opaque = "Left out an alpha channel that is opaque everywhere: 1 image.";
  test("opaque alpha is left out, with a notice", async () => {
    const rgba = await picture(rgb, 5, 3).ensureAlpha().png().toBuffer();
    expect(await read(rgba)).toEqual({ ...colourSet, notices: [opaque] });
    const greyAlpha = await picture(grey, 5, 1).ensureAlpha().toColourspace("b-w").png().toBuffer();
    expect(await read(greyAlpha)).toEqual({ ...greySet, notices: [opaque] });
  });

  test("a turned photograph is put upright, with a notice", async () => {
    const lights = Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => (i % 48 < 24 ? 0 : 255));
    const jpeg = await picture(lights, 16, 3)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const { shape, pixels, notices } = await read(jpeg, "a.jpg");
    expect(shape).toEqual([3, 16, 8]);
    expect(pixels.map((value) => (value > 127 ? 1 : 0))).toEqual(
      Array.from({ length: 3 * 128 }, (_, i) => (i % 128 < 64 ? 0 : 1)),
    );
    expect(notices).toEqual(["Turned upright, as the camera's note says: 1 image."]);
  });

  test("refused: transparent pixels, of colour and of grey", async () => {
    const alpha = noise(20).fill(255, 1).fill(254, 0, 1);
    const join = (image: ReturnType<typeof picture>) =>
      image.joinChannel(Buffer.from(alpha), { raw: { width: 5, height: 4, channels: 1 } });
    expect(
      await refused(
        await join(picture(rgb, 5, 3))
          .png()
          .toBuffer(),
      ),
    ).toMatch(/transparent/);
    const greyAlpha = join(picture(grey, 5, 1).toColourspace("b-w")).png();
    expect(await refused(await greyAlpha.toBuffer())).toMatch(/transparent in places; put it on/);
  });

  test.each(["rgb16", "grey16"])("refused: 16 bits per channel, %s", async (space) => {
    const png = await picture(rgb, 5, 3).toColourspace(space).png().toBuffer();
    expect(await refused(png)).toMatch(/16 bits per channel; save it with 8/);
  });

  test("refused: CMYK", async () => {
    const jpeg = await picture(rgb, 5, 3).toColourspace("cmyk").jpeg().toBuffer();
    expect(await refused(jpeg, "a.jpg")).toMatch(/cmyk colours; save it in RGB or in grey/);
  });

  test("refused: another format under the name of a PNG", async () => {
    const folder = folderWith({ "a.png": await picture(rgb, 5, 3).gif().toBuffer() });
    expect(await refusal(join(folder, "a.png"), readImages(folder))).toMatch(/no PNG or JPEG file/);
    const empty = folderWith({ "a.png": "" });
    expect(await refusal(join(empty, "a.png"), readImages(empty))).toMatch(/no PNG or JPEG file/);
  });

  test.each([
    ["PNG", () => colourPng(noise(16 * 16 * 3), 16)],
    [
      "JPEG",
      () =>
        picture(noise(16 * 16 * 3), 16, 3)
          .jpeg()
          .toBuffer(),
    ],
    [
      "progressive JPEG",
      () =>
        picture(noise(16 * 16 * 3), 16, 3)
          .jpeg({ progressive: true })
          .toBuffer(),
    ],
  ])("refused: a %s cut off anywhere", async (_, make) => {
    const bytes = await make();
    const lengths = [1, 2, 4, 5, 8, 9, 12].map((cut) => bytes.length - cut);
    for (let length = 8; length < bytes.length; length += 23) lengths.push(length);
    const files = lengths.map((length) => [`${length}.png`, bytes.subarray(0, length)] as const);
    const folder = folderWith(Object.fromEntries(files));
    for (const [name] of files) {
      const path = join(folder, name);
      expect(await refusal(path, readImages(path))).toMatch(/cannot be decoded|first bytes/);
    }
  });

  test("refused: a PNG with a changed byte in its data", async () => {
    const png = await greyPng(noise(400), 20);
    png[png.length - 60] = (png[png.length - 60] as number) ^ 1;
    expect(await refused(png)).toMatch(/cannot be decoded .*; get the file again if it is damaged/);
  });
});
