import { Resvg } from "@resvg/resvg-js";
import { DataError, DomainError, ShapeError } from "pushforward";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { figure, type ImageBlock, imageGrid } from "../../src/plot/index.ts";
import { drawable, normals, parsed, size, texts } from "./support.ts";

type Shape = [count: number, channels: number, height: number, width: number];

/** Images whose values all differ from their neighbours'. */
function images(...shape: Shape): ImageBlock["images"] {
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, (_, index) => (index * 37) % 256), shape };
}

/** The sheet of one block: the PNG as bytes `[height, width, channels]`. */
async function sheet(svg: string, block = 0) {
  const href = parsed(svg).querySelectorAll("image")[block]?.getAttribute("href") ?? "";
  const png = Buffer.from(href.replace("data:image/png;base64,", ""), "base64");
  const isGrey = png[25] === 0;
  const { data, info } = await sharp(png)
    .toColourspace(isGrey ? "b-w" : "srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) =>
    Array.from(data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels));
  return { at, width: info.width, height: info.height, channels: info.channels };
}

/** Where a block stands: left, top, width, height. */
function places(svg: string): number[][] {
  const panels = Array.from(parsed(svg).documentElement.children).filter(
    (n) => n.tagName === "svg",
  );
  return panels.map((panel) =>
    ["x", "y", "width", "height"].map((name) => Number(panel.getAttribute(name))),
  );
}

describe("pixels", () => {
  test("grey values are rounded and cut to 0 to 255, each a square, with a white gap between", async () => {
    const data = [-3, 0.4, 254.6, 300, 10, 20, 30, 40];
    const { at, width, height, channels } = await sheet(
      await imageGrid({ blocks: [{ images: { data, shape: [2, 1, 2, 2] } }] }),
    );
    expect([width, height, channels]).toEqual([64 + 2 + 64, 64, 1]);
    const corners = (left: number) => [
      at(left, 0),
      at(left + 63, 31),
      at(left, 32),
      at(left + 63, 63),
    ];
    expect(corners(0)).toEqual([[0], [0], [255], [255]]);
    expect(corners(66)).toEqual([[10], [20], [30], [40]]);
    expect([at(31, 31), at(32, 31), at(64, 5), at(65, 60)]).toEqual([[0], [0], [255], [255]]);
  });

  test("three channels are red, green, blue, one plane after the other", async () => {
    const data = [255, 0, 1, 10, 2, 200];
    const { at, channels } = await sheet(
      await imageGrid({ blocks: [{ images: { data, shape: [1, 3, 1, 2] } }] }),
    );
    expect(channels).toBe(3);
    expect([at(0, 0), at(63, 31)]).toEqual([
      [255, 1, 2],
      [0, 10, 200],
    ]);
  });

  test.each([
    [8, 8],
    [28, 2],
    [32, 2],
    [64, 1],
    [128, 1],
    [300, 1],
  ])("images of side %i are enlarged %i times", async (side, factor) => {
    const { width, height } = await sheet(
      await imageGrid({ blocks: [{ images: images(1, 1, side, side) }] }),
    );
    expect([width, height]).toEqual([factor * side, factor * side]);
  });

  test("the PNG renderer keeps them sharp, in a figure too", async () => {
    const data = normals(28 * 28).map((value) => (value > 0 ? 255 : 0));
    const svg = await imageGrid({ blocks: [{ images: { data, shape: [1, 1, 28, 28] } }] });
    for (const document of [svg, figure({}, svg)]) {
      for (const zoom of [1, 2, 3]) {
        const { pixels } = new Resvg(document, { fitTo: { mode: "zoom", value: zoom } }).render();
        expect(new Set(pixels)).toEqual(new Set([0, 255]));
      }
    }
  });

  test("browsers are told to keep them sharp", async () => {
    const svg = await imageGrid({ blocks: [{ images: images(1, 1, 28, 28) }] });
    expect(parsed(svg).querySelector("image")?.getAttribute("style")).toContain(
      "image-rendering:pixelated",
    );
  });
});

describe("layout", () => {
  test("64 images stand 8 by 8, 11 in a row, and a number of columns is kept", async () => {
    const sizes = async (block: ImageBlock) => {
      const { width, height } = await sheet(await imageGrid({ blocks: [block] }));
      return [(width + 2) / 58, (height + 2) / 58];
    };
    expect(await sizes({ images: images(64, 1, 28, 28) })).toEqual([8, 8]);
    expect(await sizes({ images: images(11, 1, 28, 28) })).toEqual([11, 1]);
    expect(await sizes({ images: images(10, 1, 28, 28), columns: 4 })).toEqual([4, 3]);
    expect(await sizes({ images: images(2, 1, 28, 28), columns: 5 })).toEqual([2, 1]);
  });

  test("a row too long for the page is cut into equal parts", async () => {
    const svg = await imageGrid({ blocks: [{ images: images(11, 1, 128, 128), columns: 11 }] });
    const { width, height } = await sheet(svg);
    expect([(width + 2) / 130, (height + 2) / 130]).toEqual([6, 2]);
    expect(size(parsed(svg)).width).toBeLessThanOrEqual(1100);
  });

  test("an image wider than the page stands alone in its row", async () => {
    const svg = await imageGrid({ blocks: [{ images: images(2, 1, 2, 1200) }] });
    const { width, height } = await sheet(svg);
    expect([width, height]).toEqual([1200, 6]);
    expect(size(parsed(svg)).width).toBe(1232);
  });

  test("grids stand side by side while the page is wide enough", async () => {
    const block = { images: images(64, 3, 32, 32) };
    const [first, second, third] = places(await imageGrid({ blocks: [block, block, block] }));
    expect(second![1]).toBe(first![1]);
    expect(second![0]).toBeGreaterThanOrEqual(first![0]! + first![2]!);
    expect(third![0]).toBe(first![0]);
    expect(third![1]).toBeGreaterThanOrEqual(first![1]! + first![3]!);
  });

  test("blocks of one row stand below each other, their columns in line", async () => {
    const block = { images: images(3, 1, 28, 28) };
    const captions = ["-1.23 bits per dimension", "0", "1"];
    const svg = await imageGrid({ blocks: [block, { ...block, captions }, block] });
    const all = places(svg);
    expect(all.map(([left]) => left)).toEqual([16, 16, 16]);
    expect(all[1]![1]).toBeGreaterThanOrEqual(all[0]![1]! + all[0]![3]!);
    expect(all[2]![1]).toBeGreaterThanOrEqual(all[1]![1]! + all[1]![3]!);
    const sheets = Array.from(parsed(svg).querySelectorAll("image"), (image) =>
      ["x", "width"].map((name) => image.getAttribute(name)),
    );
    expect(sheets[1]).toEqual(sheets[0]);
    expect(sheets[2]).toEqual(sheets[0]);
  });

  test("labels stand above, and captions below the middle of their images", async () => {
    const captions = [
      "-1.23 bits",
      "2.00 bits",
      "3.00 bits",
      "a caption that is far too long to fit",
    ];
    const blocks = [{ label: "least likely", images: images(4, 1, 28, 28), columns: 2, captions }];
    const svg = await imageGrid({ blocks });
    const [label, ...below] = texts(svg);
    expect(label).toBe("least likely");
    expect(below.slice(0, 3)).toEqual(captions.slice(0, 3));
    expect(below[3]).toMatch(/^a cap.*…/);

    const image = parsed(svg).querySelector("image");
    const [left, top] = ["x", "y"].map((name) => Number(image?.getAttribute(name)));
    const { width, height } = await sheet(svg);
    const [across, down] = [width - 56, height - 56];
    const marks = Array.from(parsed(svg).querySelectorAll("g text"), (text) =>
      ["x", "y"].map((name) => Number(text.getAttribute(name))),
    );
    const middles = [28, across + 28, 28, across + 28].map((x) => left! + x);
    expect(marks.map(([x]) => x)).toEqual(middles);
    const capitals = 7;
    marks.forEach(([, y], index) => {
      const bottom = top! + Math.floor(index / 2) * down + 56;
      expect(y! - capitals).toBeGreaterThan(bottom);
      expect(y!).toBeLessThan(bottom + down - 56);
    });
  });

  test("grids of 64 images make a small file that tells screen readers its labels", async () => {
    const data = normals(64 * 784).map((value) => (value > 1 ? 60 * value : 0));
    const blocks = [0.7, 1].map((temperature) => ({
      label: `temperature ${temperature}`,
      images: { data, shape: [64, 1, 28, 28] },
    }));
    const svg = await imageGrid({ blocks });
    expect(svg.length).toBeLessThan(100_000);
    const label = parsed(svg).documentElement.getAttribute("aria-label");
    expect(label).toBe("Images, temperature 0.7, temperature 1");
  });
});

describe("odd inputs", () => {
  const inputs: Record<string, ImageBlock> = {
    "one pixel": { images: images(1, 1, 1, 1) },
    "a line of pixels": { images: images(3, 3, 1, 500) },
    "infinite values": { images: { data: [-Infinity, Infinity], shape: [2, 1, 1, 1] } },
    "a label with markup": { images: images(1, 1, 8, 8), label: 'a<b> & "c" \u0000 \uD800' },
    "a label of 500 characters": { images: images(1, 1, 8, 8), label: "long ".repeat(100) },
    "empty captions": { images: images(2, 1, 8, 8), captions: ["", ""] },
    "captions of 500 characters": {
      images: images(2, 1, 8, 8),
      captions: ["long ".repeat(100), ""],
    },
  };
  test.each(Object.entries(inputs))("%s", async (_, block) => {
    const svg = await imageGrid({ blocks: [block, { ...block, label: "second" }] });
    expect(drawable(svg)).toContain("second");
    expect(size(parsed(svg)).width).toBeLessThanOrEqual(1100);
  });
});

describe("refused, with the block's name and the way out", () => {
  const image = images(2, 1, 4, 4);
  const cases: [string, ImageBlock[], new (message: string) => Error, RegExp][] = [
    ["no blocks", [], DataError, /one block of images at least/],
    [
      "a block without images",
      [{ images: images(0, 1, 4, 4) }],
      ShapeError,
      /block 1 .*\[0, 1, 4, 4\]/,
    ],
    ["images without pixels", [{ images: images(1, 1, 0, 4) }], ShapeError, /\[1, 1, 0, 4\]/],
    ["two channels", [{ images: images(1, 2, 4, 4) }], ShapeError, /1 channel \(grey\) or 3/],
    [
      "three axes",
      [{ images: image }, { label: "T = 1", images: { data: image.data, shape: [2, 4, 4] } }],
      ShapeError,
      /block 2 \("T = 1"\) .*\[n, channels, height, width\]/,
    ],
    [
      "a shape that does not fit the data",
      [{ images: { data: image.data, shape: [3, 1, 4, 4] } }],
      ShapeError,
      /32 values.*\[3, 1, 4, 4\]/,
    ],
    [
      "too few captions",
      [{ images: image, captions: ["one"] }],
      ShapeError,
      /1 captions for 2 images/,
    ],
    ["no columns", [{ images: image, columns: 0 }], DomainError, /0 columns.*from 1 on/],
    ["half a column", [{ images: image, columns: 1.5 }], DomainError, /1\.5 columns/],
    [
      "a value that is not a number",
      [{ images: { data: [0, 1, 2, Number.NaN], shape: [2, 1, 1, 2] } }],
      DataError,
      /image 2 of block 1 .*not a number/,
    ],
    [
      "a tower of images",
      [{ images: images(400, 1, 28, 28), columns: 1 }],
      DataError,
      /block 1 would be 23,198 pixels high.*fewer images than its 400/,
    ],
  ];
  test.each(cases)("%s", async (_, blocks, kind, message) => {
    const attempt = imageGrid({ blocks });
    await expect(attempt).rejects.toBeInstanceOf(kind);
    await expect(attempt).rejects.toThrow(message);
  });
});
