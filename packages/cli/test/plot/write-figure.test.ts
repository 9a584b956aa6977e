import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "pushforward";
import { afterEach, beforeEach, expect, test } from "vitest";
import { densityMap, figure, writeFigure } from "../../src/plot/index.ts";
import { bell, grid, normals, pngColors, table } from "./support.ts";

const axis = grid(-3, 3, 40);
const svg = densityMap({
  names: ["x", "y"],
  xs: axis,
  ys: axis,
  density: axis.flatMap((y) => axis.map((x) => bell(x) * bell(y))),
  points: table(normals(100), 2),
});

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plot-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function png(document: string) {
  const path = join(folder, "picture.png");
  await writeFigure(document, path);
  const bytes = await readFile(path);
  return { bytes, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

test(".svg is written as it is", async () => {
  const path = join(folder, "density.svg");
  await writeFigure(svg, path);
  expect(await readFile(path, "utf8")).toBe(svg);
  expect(await readdir(folder)).toEqual(["density.svg"]);
});

test(".PNG is a PNG of twice the size, on white, with many colours", async () => {
  const path = join(folder, "density.PNG");
  await writeFigure(svg, path);
  const bytes = await readFile(path);
  expect(bytes.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  const size = svg.match(/ width="(\d+)" height="(\d+)"/);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  expect([width, height]).toEqual([2 * Number(size?.[1]), 2 * Number(size?.[2])]);
  const colors = pngColors(bytes, width, height);
  expect(colors.get("ffffff")).toBeGreaterThan(1000);
  expect(colors.get("373d64")).toBeGreaterThan(1000);
  expect(colors.size).toBeGreaterThan(50);
  expect(await readdir(folder)).toEqual(["density.PNG"]);
});

test("text is drawn with the font that comes along", async () => {
  const darkPixels = async (title: string) => {
    const { bytes, width, height } = await png(figure({ title }, svg));
    return pngColors(bytes, width, height).get("000000") ?? 0;
  };
  expect(await darkPixels("")).toBe(0);
  const short = await darkPixels("density");
  expect(short).toBeGreaterThan(100);
  expect(await darkPixels("density density (×10⁻⁴) …")).toBeGreaterThan(1.8 * short);
});

test.each(["density.jpg", "density", "density.png.gz"])(
  "%s: an error that names the endings",
  async (name) => {
    const attempt = writeFigure(svg, join(folder, name));
    await expect(attempt).rejects.toBeInstanceOf(DataError);
    await expect(attempt).rejects.toThrow(/expected "\.svg" or "\.png"/);
    expect(await readdir(folder)).toEqual([]);
  },
);

test("a folder that does not exist: an error, and nothing left behind", async () => {
  const attempt = writeFigure(svg, join(folder, "missing", "density.svg"));
  await expect(attempt).rejects.toBeInstanceOf(DataError);
  await expect(attempt).rejects.toThrow(/missing.*folder that exists/);
  expect(await readdir(folder)).toEqual([]);
});

test("a picture that cannot be drawn leaves the old file as it was", async () => {
  const path = join(folder, "density.png");
  await writeFile(path, "old");
  await expect(writeFigure("<svg", path)).rejects.toThrow();
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["density.png"]);
});
