import { bitsPerDimension, fit, imageGlow, imageNice, load, Model, nsf } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import {
  chain,
  imageCoupling,
  pixels,
  variationalDequantization,
} from "../../src/bijectors/index.ts";
import type { Flow } from "../../src/core/distribution.ts";
import { logistic, transformed, uniform } from "../../src/distributions/index.ts";
import { random, ready, type Tree } from "../../src/engine/index.ts";
import { convNet } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { affine } from "../../src/transformers/index.ts";
import { hasOnnxRuntime } from "../support/engines.ts";

beforeAll(() => ready());

/** Two kinds of images of 4 by 4 pixels, bright on the left and bright on the right, with some noise. */
function stripes(
  count: number,
  seed: number,
): { data: Uint8Array; shape: number[]; kinds: number[] } {
  const source = hostRandom(seed);
  const kinds = Array.from({ length: count }, () => source.integer(2));
  const data = Uint8Array.from({ length: count * 16 }, (_, i) => {
    const isBright = i % 4 < 2 === (kinds[Math.floor(i / 16)] === 0);
    return (isBright ? 180 : 20) + source.integer(40);
  });
  return { data, shape: [count, 1, 4, 4], kinds };
}

const oneHot = (kinds: readonly number[]) => kinds.map((kind) => [1 - kind, kind]);

const small = { shape: [1, 4, 4], levels: 2, steps: 2, hidden: [8] } as const;

async function trained() {
  const images = stripes(400, 1);
  const model = await fit(imageGlow({ ...small, context: 2 }), images, {
    context: oneHot(images.kinds),
    contextNames: ["left", "right"],
    steps: 150,
    batchSize: 32,
    learningRate: 5e-3,
    seed: 0,
  });
  return { model, images };
}

function fresh(flow: Flow): Model {
  return new Model({ flow, params: flow.init(random.key(3)) });
}

describe("bits per dimension of what is known", () => {
  test.each([8, 5, 1])("%i bits of noise take as many bits", async (bits) => {
    const shape = [1, 2, 3];
    const values = 2 ** bits;
    const base = uniform({ shape, low: -0.5, high: 0.5 });
    const model = fresh(transformed({ base, bijector: pixels({ shape, values, alpha: null }) }));
    const source = hostRandom(1);
    const data = Uint8Array.from({ length: 50 * 6 }, () => source.integer(values));
    const evaluation = await model.evaluate({ data, shape: [50, ...shape] });
    expect(evaluation.bitsPerDimension).toBeCloseTo(bits, 5);
    expect(evaluation.bitsPerDimensionError).toBeCloseTo(
      evaluation.standardError / (6 * Math.LN2),
      8,
    );
    const masses = await model.logMass({ data, shape: [50, ...shape] }, { draws: 3 });
    for (const mass of masses) expect(bitsPerDimension(mass, 6)).toBeCloseTo(bits, 5);
  });

  test("with a logit, what lies beyond the pixel values is paid for", async () => {
    const shape = [1, 2, 2];
    for (const alpha of [0.05, 1e-6]) {
      const model = fresh(
        transformed({ base: logistic({ shape }), bijector: pixels({ shape, alpha }) }),
      );
      // A logistic base under a sigmoid is uniform.
      const { bitsPerDimension: bpd } = await model.evaluate([[0, 255, 100, 7]]);
      expect(bpd).toBeCloseTo(Math.log2(256 / (1 - 2 * alpha)), 3);
    }
  });

  test("under variational dequantisation the mean over the noise is the probability", async () => {
    const shape = [1, 1, 2];
    const values = 4;
    const noise = imageCoupling({
      shape,
      transformer: affine(),
      conditioner: convNet({ hidden: [8], activation: "silu" }),
      mask: "checkerboard",
      condShape: shape,
    });
    const flow = transformed({
      base: uniform({ shape, low: -0.5, high: 0.5 }),
      bijector: chain({
        bijectors: [
          pixels({ shape, values, alpha: null }),
          variationalDequantization({ noise, values }),
        ],
      }),
    });
    const start = flow.init(random.key(0));
    const params = addNoise(start as unknown as Tree, 0.5);
    const model = new Model({ flow, params });
    const source = hostRandom(5);
    const count = 40_000;
    const rows = Array.from({ length: count }, () => [
      3 + source.uniform() - 0.5,
      1 + source.uniform() - 0.5,
    ]);
    const densities = Float64Array.from(await model.logProb(rows), Math.exp);
    const mean = densities.reduce((sum, value) => sum + value / count, 0);
    const variance = densities.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0);
    expect(variance).toBeGreaterThan(1e-5);
    // Four standard errors: fails once in 16,000 seeds.
    expect(Math.abs(mean - 1 / 16)).toBeLessThan(4 * Math.sqrt(variance / count));
  });
});

/** Parameters moved by some noise; consumes. */
function addNoise(params: Tree, size: number): Tree {
  let seed = 10;
  const visit = (node: Tree): Tree => {
    if (Array.isArray(node)) return node.map(visit);
    if (Object.getPrototypeOf(node) === Object.prototype) {
      return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, visit(child)]));
    }
    const array = node as Exclude<Tree, Tree[] | { [key: string]: Tree }>;
    return array.add(random.normal(random.key(seed++), array.shape).mul(size));
  };
  return visit(params);
}

describe("a class-conditional Glow", () => {
  test("learns its images, and samples those of a class", async () => {
    const { model, images } = await trained();
    const held = stripes(100, 2);
    const { bitsPerDimension: bpd } = await model.evaluate(held, { context: oneHot(held.kinds) });
    // Forty values are equally likely: log2 40 = 5.32.
    expect(bpd).toBeLessThan(6);
    expect(bpd).toBeGreaterThan(5.3);
    const wrong = await model.evaluate(held, { context: oneHot(held.kinds.map((k) => 1 - k)) });
    expect(wrong.bitsPerDimension).toBeGreaterThan((bpd as number) + 0.5);

    const { data, shape } = await model.sample(50, { context: [[0, 1]], seed: 1 });
    expect(shape).toEqual([50, 1, 4, 4]);
    expect(data.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
    const side = (right: boolean) =>
      data.filter((_, i) => i % 4 >= 2 === right).reduce((sum, value) => sum + value, 0) / (50 * 8);
    expect(side(true) - side(false)).toBeGreaterThan(100);

    const { data: z } = await model.encode(images, { context: oneHot(images.kinds) });
    const back = await model.decode(
      { data: z, shape: images.shape },
      {
        context: oneHot(images.kinds),
      },
    );
    const errors = back.data.map((value, i) => Math.abs(value - (images.data[i] as number)));
    expect(Math.max(...errors)).toBeLessThan(0.05);

    const report = await model.check(held, { context: oneHot(held.kinds) });
    expect(report.items.map(({ name }) => name)).toEqual([
      "round trip, data",
      "round trip, latents",
      "log-determinant",
    ]);
    expect(report.ok, JSON.stringify(report.items)).toBe(true);
    model.dispose();
  });

  test("a file keeps its pixels, classes and scales", async () => {
    const flow = imageGlow({ ...small, context: 2, bits: 5 });
    const params = flow.init(random.key(0));
    const model = new Model({ flow, params, contextNames: ["a", "b"] });
    const bytes = await model.toBytes();
    const again = await load(bytes);
    expect(again.contextNames).toEqual(["a", "b"]);
    expect(again.columns).toEqual(model.columns);
    expect(again.columns[0]).toEqual({ step: 1, range: [0, 31] });
    expect(again.latentScales?.filter((scale) => scale === 0).length).toBe(8);
    const rows = { data: new Uint8Array(16).fill(9), shape: [1, 1, 4, 4] };
    const context = [[1, 0]];
    expect(await again.logProb(rows, { context })).toEqual(await model.logProb(rows, { context }));
    expect(new TextDecoder().decode(bytes)).not.toContain('\\"step\\":1');
  });
});

test.skipIf(!hasOnnxRuntime)("an exported density and sampler do what the model does", async () => {
  const { InferenceSession, Tensor } = (await import("onnxruntime-node")).default;
  const flow = imageGlow({ ...small, context: 2, bits: 5 });
  const model = new Model({
    flow,
    params: addNoise(flow.init(random.key(0)) as unknown as Tree, 0.1),
    contextNames: ["dark", "bright"],
  });
  const source = hostRandom(3);
  const x = Float32Array.from({ length: 5 * 16 }, () => source.integer(32));
  const context = Float32Array.from([1, 0, 0, 1, 1, 0, 1, 0, 0, 1]);
  const given = new Tensor("float32", context, [5, 2]);
  const bytes = await model.toOnnx("logProb");
  const text = new TextDecoder().decode(bytes);
  expect(text).toContain("pixel values from 0 to 31, spread over their cells");
  expect(text).toContain('["dark","bright"]');
  const density = await InferenceSession.create(bytes);
  const { log_prob: scores } = await density.run({
    x: new Tensor("float32", x, [5, 1, 4, 4]),
    context: given,
  });
  const rows = { data: x, shape: [5, 1, 4, 4] };
  const expected = await model.logProb(rows, { context: { data: context, shape: [5, 2] } });
  for (const [i, score] of (scores!.data as Float32Array).entries()) {
    expect(score).toBeCloseTo(expected[i] as number, 2);
  }
  const sampler = await InferenceSession.create(await model.toOnnx("sample"));
  const [noise] = sampler.inputNames;
  // Far out, where a pixel would leave its range.
  const wild = Float32Array.from({ length: 5 * 16 }, () => 40 * source.normal());
  const draws = await sampler.run({
    [noise as string]: new Tensor("float32", wild, [5, 1, 4, 4]),
    context: given,
  });
  const values = draws.x!.data as Float32Array;
  expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= 31)).toBe(true);
  expect(new Set(values).size).toBeGreaterThan(1);
});

test("a temperature draws nearer to the mode, and 1 is the model", async () => {
  const model = fresh(imageNice({ shape: [1, 2, 2], hidden: [4] }));
  const spread = async (temperature?: number) => {
    const { data } = await model.sample(500, { temperature });
    const mean = data.reduce((sum, value) => sum + value / data.length, 0);
    return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2 / data.length, 0));
  };
  expect(await spread(0.05)).toBeLessThan(0.6 * (await spread(0.1)));
  expect(await model.sample(5, { temperature: 1 })).toEqual(await model.sample(5));
  await expect(model.sample(1, { temperature: 0 })).rejects.toThrow(/temperature.*positive/);
  await expect(model.sample(1, { temperature: Number.NaN })).rejects.toThrow(/temperature/);
});

test("a temperature is refused where the base is not around 0", async () => {
  const shape = [1, 2, 2];
  const base = uniform({ shape, low: -0.5, high: 0.5 });
  const model = fresh(transformed({ base, bijector: pixels({ shape, alpha: null }) }));
  await expect(model.sample(1, { temperature: 0.5 })).rejects.toThrow(/\(uniform\) is none/);
});

test("masses of parts of the data are those of the whole, and of tables only on their grid", async () => {
  const model = fresh(imageGlow(small));
  const images = stripes(5000, 8);
  const all = await model.logMass(images);
  const some = await model.logMass({
    data: images.data.subarray(0, 16 * 10),
    shape: [10, 1, 4, 4],
  });
  for (const [i, value] of some.entries()) expect(value).toBeCloseTo(all[i] as number, 3);
  const rows = Array.from({ length: 60 }, (_, i) => [i % 7, (i * i) % 5]);
  const table = await fit(nsf({ features: 2, layers: 1, hidden: [4] }), rows, { steps: 3 });
  expect((await table.logMass([[3, 2]])).length).toBe(1);
  await expect(
    table.logMass([
      [3, 2],
      [3, 2.5],
    ]),
  ).rejects.toThrow(/row 1, column 1: 2\.5 is not on/);
});

test("draws given an image for context, more of them than images fit into a batch", async () => {
  const shape = [1, 16, 16];
  const flow = transformed({
    base: logistic({ shape }),
    bijector: imageCoupling({
      shape,
      transformer: affine(),
      conditioner: convNet({ hidden: [2] }),
      mask: "checkerboard",
      condShape: [16, 16, 16],
    }),
  });
  const context = { data: new Float32Array(16 ** 3), shape: [1, 16, 16, 16] };
  const { shape: drawn } = await fresh(flow).sample(100, { context });
  expect(drawn).toEqual([100, 1, 16, 16]);
});

test("flips show the model both directions", async () => {
  const source = hostRandom(4);
  const data = Uint8Array.from({ length: 200 * 16 }, (_, i) =>
    i % 4 < 2 ? 180 + source.integer(40) : 20 + source.integer(40),
  );
  const images = { data, shape: [200, 1, 4, 4] };
  const mirrored = {
    data: data.map((_, i) => data[i - (i % 4) + 3 - (i % 4)] as number),
    shape: images.shape,
  };
  const options = { steps: 60, batchSize: 32, learningRate: 5e-3, validateEvery: 60 };
  const gap = async (flips: boolean) => {
    const model = await fit(imageGlow(small), images, { ...options, flips });
    const [straight, turned] = [await model.evaluate(images), await model.evaluate(mirrored)];
    model.dispose();
    return straight.logProb - turned.logProb;
  };
  expect(await gap(false)).toBeGreaterThan(10);
  expect(Math.abs(await gap(true))).toBeLessThan(5);
});

describe("bad images", () => {
  const flow = () => imageGlow({ ...small, bits: 5 });
  const images = (data: number[]) => ({
    data: Float32Array.from(data),
    shape: [data.length / 16, 1, 4, 4],
  });
  const filled = (count: number, value: number) => new Array<number>(16 * count).fill(value);

  test.each([
    [
      "a fraction",
      images([...filled(1, 3), ...filled(1, 3.5)]),
      /image 1 has the value 3\.5.*row 0, column 0.*0 to 31/,
    ],
    [
      "8 bits for 5",
      images([...filled(2, 3), ...filled(1, 255)]),
      /image 2.*255.*bits: 8.*floor\(value \/ 8\)/,
    ],
    ["a negative number", images([...filled(2, 3), ...filled(1, -1)]), /image 2.*-1/],
    ["one image", images(filled(1, 3)), /got 1 image; a density needs many/],
    [
      "another shape",
      { data: new Float32Array(75), shape: [3, 1, 5, 5] },
      /expected \[rows, 1, 4, 4\]/,
    ],
  ])("%s", async (_, rows, message) => {
    await expect(fit(flow(), rows)).rejects.toThrow(message);
  });

  test("evaluate and logMass refuse them, too", async () => {
    const model = fresh(flow());
    await expect(model.evaluate(images(filled(1, 40)))).rejects.toThrow(/evaluate: image 0/);
    await expect(model.logMass(images(filled(1, 0.5)))).rejects.toThrow(/logMass: image 0/);
    await expect(model.logMass(images(filled(1, 3)), { draws: 0 })).rejects.toThrow(/draws/);
    for (const call of ["encode", "logProb", "check"] as const) {
      await expect(model[call](images(filled(1, 255)))).rejects.toThrow(
        new RegExp(`${call}: image 0 has the value 255.*0 to 31`),
      );
    }
    const [dark, bright] = [filled(1, 0), { data: filled(1, 300), shape: [1, 4, 4] }];
    await expect(model.interpolate(dark, bright)).rejects.toThrow(/interpolate: image 1.*300/);
  });

  test("options for other data", async () => {
    const rows = images([...filled(4, 3)]);
    await expect(fit(flow(), rows, { contextNames: ["a"] })).rejects.toThrow(/contextNames/);
    await expect(fit(imageGlow(small), [[1, 2]] as never, { flips: 1 as never })).rejects.toThrow(
      /flips must be true or false/,
    );
  });
});
