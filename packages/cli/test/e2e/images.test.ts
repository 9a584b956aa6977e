import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitGaussian, load } from "pushforward";
import { decodeNpy } from "pushforward/io";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { readImages } from "../../src/images/read-images.ts";
import { greyPng, noise, npy } from "../images/support.ts";
import { outcome, refusal, run, start, uniforms } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "pushforward-e2e-"));
const colourData = ["colour.npy", "--labels", "colour-labels.npy"];
const quick = ["--steps", "10", "--levels", "2", "--layers", "1", "--hidden", "8"];
const colourModel = ["--flow", "realnvp", "--levels", "1", "--steps", "5", "--hidden", "8"];
/** What the fits said. */
const said = { plain: "", classes: "", colour: "" };

const path = (name: string) => join(folder, name);
const bytesOf = (name: string) => decodeNpy(new Uint8Array(readFileSync(path(name))), name);

/** Grey images of 8 by 8 pixels: a bright row of the first class, a bright column of the second. */
async function writeImages(): Promise<void> {
  const uniform = uniforms(3);
  for (const name of ["across", "down"]) mkdirSync(path(`images/${name}`), { recursive: true });
  for (let image = 0; image < 60; image++) {
    const bright = Math.floor(8 * uniform());
    const isAcross = image % 2 === 0;
    const pixels = Uint8Array.from({ length: 64 }, (_, place) => {
      const line = isAcross ? Math.floor(place / 8) : place % 8;
      return (line === bright ? 180 : 20) + 60 * uniform();
    });
    const name = `images/${isAcross ? "across" : "down"}/${image}.png`;
    await writeFile(path(name), await greyPng(pixels, 8));
  }
}

beforeAll(async () => {
  await writeImages();
  const labels = Int32Array.from({ length: 40 }, (_, image) => (image % 2 ? 9 : 4));
  await writeFile(path("colour.npy"), npy("|u1", [40, 4, 6, 3], noise(40 * 72)));
  await writeFile(path("colour-labels.npy"), npy("<i4", [40], labels));
  await writeFile(path("table.csv"), "x,y\n1,2.5\n3,0.25\n0.5,1\n2,7\n");
  mkdirSync(path("empty"));
  const fits = {
    plain: ["images", ...quick],
    classes: ["images", "--classes", "--flips", "--bits", "5", "--json", ...quick],
    colour: [...colourData, ...colourModel],
  };
  const runs = Object.entries(fits).map(async ([name, args]) => {
    const { code, stdout, stderr } = await run(folder, "fit", ...args, "--out", `${name}.st`);
    expect(code, stderr).toBe(0);
    said[name as keyof typeof said] = stdout;
  });
  await Promise.all(runs);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("fit", () => {
  test("tells of images, flow and bits per dimension", () => {
    expect(said.plain).toMatch(/^images +images, 60 images$/m);
    expect(said.plain).toMatch(/^shape +8 x 8 pixels, grey; 8 bits, 0 to 255$/m);
    expect(said.plain).toMatch(/^split +49 train, 5 validation, 6 test$/m);
    expect(said.plain).toMatch(/^flow +glow, [\d,]+ parameters$/m);
    expect(said.plain).toMatch(/^bits per dimension, lower is better$/m);
    expect(said.plain).toMatch(/^glow +[678]\.\d{3} +[678]\.\d{3} +[678]\.\d{3} ± 0\.\d{3}$/m);
    expect(said.plain).toMatch(/^model +plain\.st$/m);
    for (const line of said.plain.split("\n")) expect(line.length).toBeLessThan(81);
  });

  test("on folders that are classes, with fewer bits, says so in JSON", () => {
    const report = JSON.parse(said.classes);
    expect(report).toMatchObject({
      command: "fit",
      model: "classes.st",
      images: "images",
      count: { total: 60, train: 49, validation: 5, test: 6 },
      shape: [1, 8, 8],
      bits: 5,
      classes: ["across", "down"],
      flow: "glow",
      steps: 10,
    });
    for (const part of ["train", "validation", "test", "testError"]) {
      expect(Number.isFinite(report.bitsPerDimension[part])).toBe(true);
    }
    expect(report.bitsPerDimension.test).toBeLessThan(6);
  });

  test("on colours with labels of a file", () => {
    expect(said.colour).toMatch(/^shape +6 x 4 pixels, colour; 8 bits, 0 to 255$/m);
    expect(said.colour).toMatch(/^classes +"4", "9"$/m);
    expect(said.colour).toMatch(/^realnvp +\d/m);
  });

  test("Ctrl-C leaves a checkpoint, and the same command goes on from it", async () => {
    const args = ["fit", "images", ...quick.with(1, "100000")];
    const files = ["--out", "never.st", "--checkpoint", "c.st"];
    for (const time of [1, 2]) {
      const child = start(folder, ...args, ...files);
      child.stderr?.on("data", (part) => {
        if (String(part).includes("Training on")) child.kill("SIGINT");
      });
      const { code, stderr } = await outcome(child);
      expect(code).toBe(130);
      expect(stderr).toMatch(/stopped at step \d+; the same command continues from c\.st\n$/);
      if (time === 2) expect(stderr).toContain("Continuing from c.st.");
    }
    expect(existsSync(path("never.st"))).toBe(false);
  });
});

describe("score", { concurrent: true }, () => {
  const csv = (text: string) => text.trimEnd().split("\n");

  test("writes bits per dimension with the name of each image", async () => {
    const { code, stdout, stderr } = await run(folder, "score", "plain.st", "images");
    expect(code).toBe(0);
    const [header, first, ...others] = csv(stdout);
    expect(header).toBe("image,log_mass,bits_per_dimension");
    expect(others).toHaveLength(59);
    const [name, logMass, bits] = (first as string).split(",");
    expect(name).toBe("across/0.png");
    expect(Number(bits)).toBeCloseTo(-Number(logMass) / (64 * Math.LN2), 4);
    expect(stderr).toMatch(/^60 images, mean \d\.\d{3} bits per dimension\n$/);
  });

  test("takes labels and a number of draws", async () => {
    const args = ["colour.st", ...colourData, "--draws", "3", "--out", "s.csv", "--json"];
    const report = JSON.parse((await run(folder, "score", ...args)).stdout);
    expect(report).toMatchObject({ command: "score", count: 40, shape: [3, 4, 6], draws: 3 });
    const { pixels } = await readImages(path("colour.npy"));
    const context = Array.from({ length: 40 }, (_, image) => (image % 2 ? [0, 1] : [1, 0]));
    const model = await load(path("colour.st"));
    const images = { data: pixels, shape: [40, 3, 4, 6] };
    const logMass = await model.logMass(images, { draws: 3, context });
    const mean = logMass.reduce((sum, value) => sum + value / 40, 0);
    expect(report.meanBitsPerDimension).toBeCloseTo(-mean / (72 * Math.LN2), 4);
    expect(csv(readFileSync(path("s.csv"), "utf8"))[40]).toMatch(/^39,-[\d.]+,[\d.]+$/);
  });
});

describe("sample", { concurrent: true }, () => {
  test("to an array of bytes: the same for the same seed, others by class and temperature", async () => {
    const draw = async (name: string, ...more: string[]) => {
      const args = ["sample", "colour.st", "-n", "5", "--out", name, ...more];
      const inTurn = more.includes("--class") ? "" : ', of the classes "4", "9" in turn';
      expect((await run(folder, ...args)).stdout).toBe(`${name}: 5 images${inTurn}\n`);
      const { data, shape } = bytesOf(name);
      expect(shape).toEqual([5, 4, 6, 3]);
      return Array.from({ length: 5 }, (_, image) => data.slice(72 * image, 72 * (image + 1)));
    };
    const [first, again, nines, cold] = await Promise.all([
      draw("a.npy"),
      draw("b.npy"),
      draw("c.npy", "--class", "9"),
      draw("d.npy", "--temperature", "0.5"),
    ]);
    expect(again).toEqual(first);
    // The classes come in turn, so the second and the fourth are of class 9 anyway.
    const isSame = nines.map((image, number) => image.join() === first[number]?.join());
    expect(isSame).toEqual([false, true, false, true, false]);
    for (const [number, image] of cold.entries()) expect(image).not.toEqual(first[number]);
  });

  test("to a folder, which can be scored: bits are stretched and taken back", async () => {
    const args = ["sample", "classes.st", "-n", "4", "--class", "down", "--out", "drawn", "--json"];
    const { stdout } = await run(folder, ...args);
    expect(JSON.parse(stdout).classes).toEqual(["down", "down", "down", "down"]);
    expect(readdirSync(path("drawn"))).toEqual(["down"]);
    const model = await load(path("classes.st"));
    const { data } = await model.sample(4, { seed: 0, context: [0, 1] });
    const { pixels } = await readImages(path("drawn"));
    expect(pixels).toEqual(Uint8Array.from(data, (value) => Math.round((value * 255) / 31)));
    const scored = await run(folder, "score", "classes.st", "drawn");
    expect(scored.stdout.split("\n")[1]).toMatch(/^down\/0001\.png,/);
  });

  test("to one picture of 64, or of one as it is", async () => {
    await Promise.all([
      run(folder, "sample", "classes.st", "--temperature", "0.7", "--out", "all.png"),
      run(folder, "sample", "plain.st", "-n", "1", "--out", "one.png"),
    ]);
    const all = await sharp(path("all.png")).metadata();
    expect(all.width).toBeGreaterThan(200);
    expect(await sharp(path("one.png")).metadata()).toMatchObject({ width: 8, height: 8 });
  });
});

describe("plot", () => {
  test.for([
    ["plain.st", "interpolation", ['.png" to "']],
    ["plain.st", "reconstruction", ["finest scale drawn again", "all scales drawn again"]],
    ["classes.st", "samples", ['"across"', '"down"']],
    ["classes.st", "samples --class down", ['class "down", 64 samples', "temperature 0.5"]],
    ["classes.st", "likelihood", ["16 most likely", "16 least likely", "samples of the model"]],
  ] as const)("%s --what %s", { concurrent: true }, async ([model, what, labels]) => {
    const data = what.startsWith("samples") ? [] : ["images"];
    const out = `${model}.${what}.svg`;
    const args = ["plot", model, ...data, "--what", ...what.split(" "), "--out", out];
    const { code, stderr } = await run(folder, ...args);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe("");
    const svg = readFileSync(path(out), "utf8");
    for (const label of labels) expect(svg).toContain(label);
  });

  test("samples are the default, and images that it does not need are not read", async () => {
    const args = ["plot", "plain.st", "absent.npy", "--out", "p.svg"];
    const { stdout, stderr } = await run(folder, ...args);
    expect(stdout).toBe("p.svg: samples of plain.st\n");
    expect(stderr).toBe("--what samples needs no images: absent.npy is not read.\n");
    const svg = readFileSync(path("p.svg"), "utf8");
    for (const temperature of [0.5, 0.7, 0.85, 1]) {
      expect(svg).toContain(`>temperature ${temperature}<`);
    }
  });
});

describe("inspect, check, export", () => {
  test("inspect shows the images, not a column per pixel", async () => {
    vi.stubEnv("COLUMNS", "40");
    onTestFinished(() => void vi.unstubAllEnvs());
    const inspect = (...more: string[]) => run(folder, "inspect", "classes.st", ...more);
    const [{ stdout }, asJson] = await Promise.all([inspect(), inspect("--json")]);
    expect(stdout).toMatch(/^shape +8 x 8 pixels, grey; 5 bits, 0\n +to 31$/m);
    expect(stdout).toMatch(/^classes +"across", "down"$/m);
    expect(stdout).toMatch(/^levels +2$/m);
    expect(stdout.replace(/\n +/g, " ")).toMatch(/validation \d\.\d{3} bits per dimension/);
    expect(stdout).not.toContain("column");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThan(41);
    const json = JSON.parse(asJson.stdout);
    expect(json).toMatchObject({
      shape: [1, 8, 8],
      classes: ["across", "down"],
      levels: 2,
      historyUnit: "nats per image",
    });
    expect(json.pixels).toEqual({ low: 0, high: 31 });
    expect(json).not.toHaveProperty("columns");
  });

  test.for([[[]], [["--class", "down"]], [["images"]]])(
    "check on %j",
    { concurrent: true },
    async ([data]) => {
      const { code, stdout } = await run(folder, "check", "classes.st", ...data);
      expect(stdout).toMatch(/\nall checks passed\n$/);
      expect(code).toBe(0);
    },
  );

  test("export", async () => {
    const { code, stdout } = await run(folder, "export", "classes.st", "--out", "m.onnx");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^input +x \[n, 1, 8, 8\]: /m);
    expect(stdout).toMatch(/^input +context \[n, 2\]: /m);
    expect(stdout).toMatch(/^classes +"across", "down"$/m);
    expect(existsSync(path("m.onnx"))).toBe(true);
  });
});

describe("refused in one line", () => {
  test.for<[string[], RegExp]>([
    [["fit", "empty"], /empty: holds no \.png, \.jpg or \.jpeg file/],
    [["fit", "images", "--columns", "x"], /--columns: is for tables, and images holds images/],
    [["fit", "table.csv", "--flips"], /--flips: is for images, and table\.csv is a table/],
    [["score", "plain.st", "colour.npy"], /6 x 4 pixels, colour, and plain\.st takes 8 x 8/],
    [["sample", "plain.st"], /need a place; give --out samples\.png .*folder/],
    [["plot", "plain.st", "--what", "density"], /is a model of images; take one of samples, inter/],
    [["plot", "colour.st", ...colourData, "--what", "reconstruction"], /has one scale/],
  ])("%j", { concurrent: true }, async ([args, message]) => {
    expect(await refusal(folder, ...args)).toMatch(message);
  });

  test("images for a model of tables", async () => {
    const rows = Array.from({ length: 50 }, (_, row) => [Math.sin(row * row), Math.cos(row)]);
    const table = await fitGaussian(rows, { columns: ["x", "y"] });
    await table.save(path("table.st"));
    const refused: [string[], RegExp][] = [
      [
        ["score", "table.st", "images"],
        /images: is taken for images .* the columns "x", "y"; name a table/,
      ],
      [
        ["plot", "table.st", "--what", "samples"],
        /table\.st is a model of tables; take one of density, scores, calibration/,
      ],
      [["sample", "table.st", "--class", "a"], /--class: is for images/],
    ];
    const [cold] = await Promise.all([
      run(folder, "sample", "table.st", "-n", "50", "--temperature", "0.1"),
      ...refused.map(async ([args, message]) => {
        expect(await refusal(folder, ...args)).toMatch(message);
      }),
    ]);
    const values = cold.stdout
      .split("\n")
      .slice(1, 51)
      .map((line) => Number(line.split(",")[0]));
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(1);
  });
});
