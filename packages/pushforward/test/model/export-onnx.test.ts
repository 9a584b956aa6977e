import fs from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random as jaxRandom } from "@jax-js/jax";
import type { InferenceSession } from "onnxruntime-node";
import { PbfReader } from "pbf";
import {
  type Distribution,
  DomainError,
  EngineError,
  ffjord,
  fit,
  fitGaussian,
  fitGaussianMixture,
  Model,
  ModelFileError,
  nice,
  nsf,
  type OnnxFunction,
  ready,
  realNVP,
} from "pushforward";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as b from "../../src/bijectors/index.ts";
import { defineBijector, noParams, zeroLogDet } from "../../src/core/bijector.ts";
import { nearestValue } from "../../src/core/column.ts";
import { defineDistribution } from "../../src/core/distribution.ts";
import { defineDynamics } from "../../src/core/dynamics.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { sizeOf } from "../../src/core/shape.ts";
import * as d from "../../src/distributions/index.ts";
import { type NDArray, np, random, tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";
import { correlatedNormal, mean } from "../support/draws.ts";
import { describeOnnx } from "../support/engines.ts";
import { liveBuffers } from "../support/live-buffers.ts";

beforeAll(() => ready());

/** A flow in which every parameter counts: fresh conditioners end in zeros. */
function randomModel(flow: Distribution): Model {
  const fresh = flow.init(random.key(0));
  const layout = layoutOf(fresh);
  tree.dispose(fresh as never);
  const noise = hostRandom(1);
  const values = Float32Array.from({ length: layout.size }, () => 0.2 * noise.normal());
  return new Model({ flow, params: uploadParameters(layout, values) });
}

const narrow = { layers: 2, hidden: [8] };
const spline = { ...narrow, bins: 4 };
const rows = correlatedNormal(400, 1);
/** Whole numbers, and prices in steps of a quarter. */
const gridRows = rows.map(([x = 0, y = 0]) => [Math.round(3 * x), Math.round(8 * y) / 4 + 100]);

const matrixFlow = () => {
  const shape = [2, 3];
  const bijector = b.chain({ bijectors: [b.actNorm({ shape }), b.affine({ shape })] });
  return d.transformed({ base: d.normal({ shape }), bijector });
};

const boundedFlow = () => {
  const shape = [2];
  const base = d.uniform({ shape, low: -1, high: 1 });
  const end = b.sigmoid({ shape, low: -3, high: 5 });
  return d.transformed({ base, bijector: b.chain({ bijectors: [b.luLinear({ shape }), end] }) });
};

/** Models whose base is standard normal: a draw is its noise, decoded. */
const pushedNormals: Record<string, () => Model | Promise<Model>> = {
  nsf: () => randomModel(nsf({ features: 3, ...spline })),
  "nsf, d = 1": () => randomModel(nsf({ features: 1, ...spline })),
  "nsf, conditional": () => randomModel(nsf({ features: 3, context: 2, ...spline })),
  "nsf, conditional, d = 1": () => randomModel(nsf({ features: 1, context: 2, ...spline })),
  realNVP: () => randomModel(realNVP({ features: 4, ...narrow })),
  "realNVP, conditional": () => randomModel(realNVP({ features: 2, context: 1, ...narrow })),
  nice: () => randomModel(nice({ features: 3, ...narrow })),
  "nice, conditional": () => randomModel(nice({ features: 2, context: 3, ...narrow })),
  // Equal steps in the file, steps of its own choice in the model.
  "ffjord, conditional": () =>
    randomModel(
      ffjord({
        ...{ features: 2, context: 1, hidden: [4] },
        solver: { steps: 4, rtol: 1e-6, atol: 1e-6 },
      }),
    ),
  "events that are matrices": () => randomModel(matrixFlow()),
  "fitted, with preprocessing": () => fit(nsf({ features: 2, ...spline }), rows, { steps: 60 }),
  "fitted, with columns on a grid": () =>
    fit(nsf({ features: 2, ...spline }), gridRows, { steps: 60 }),
};

const others: typeof pushedNormals = {
  gaussian: () => fitGaussian(rows),
  "gaussian mixture": () => fitGaussianMixture(rows),
  "a bare distribution": () => randomModel(d.normal({ shape: [2], covariance: "diagonal" })),
  "a uniform base and a bounded end": () => randomModel(boundedFlow()),
};

/** jax-js' own logarithm is off by up to 1.2e-5, and a map that takes two cannot be better. */
const errorOfModel: Record<string, number> = { "a uniform base and a bounded end": 5e-5 };

type Numbers = { data: Float32Array; shape: readonly number[] };

function draws(seed: number, shape: readonly number[], kind: "normal" | "uniform"): Numbers {
  const source = hostRandom(seed);
  return { data: Float32Array.from({ length: sizeOf(shape) }, () => source[kind]()), shape };
}

/** An ONNX model in onnxruntime-node, and its one output. */
async function openOnnx(bytes: Uint8Array) {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const session = await InferenceSession.create(bytes);
  return {
    session,
    async run(feeds: Record<string, Numbers>): Promise<Numbers> {
      const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
        name,
        new Tensor("float32", data, shape),
      ]);
      const results = await session.run(Object.fromEntries(tensors));
      const { data, dims } = results[session.outputNames[0]!]!;
      return { data: data as Float32Array, shape: dims };
    },
    close: () => session.release(),
  };
}

type Opened = Awaited<ReturnType<typeof openOnnx>>;

/** Equal up to a share of the largest entry. */
function expectClose(actual: Numbers, expected: Numbers, share = 1e-5): void {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  for (const [i, value] of expected.data.entries()) {
    const error = Math.abs(actual.data[i]! - value) / largest;
    expect(error, `entry ${i}: ${actual.data[i]} for ${value}`).toBeLessThan(share);
  }
}

const every: readonly OnnxFunction[] = ["logProb", "encode", "decode", "sample"];
const counts = [1, 7, 1000];

describeOnnx("run by ONNX Runtime, exported functions give what the model gives:", () => {
  describe.each(Object.entries({ ...pushedNormals, ...others }))("%s", (name, build) => {
    let model: Model;
    const opened = {} as Record<OnnxFunction, Opened>;
    const share = errorOfModel[name] ?? 1e-5;

    beforeAll(async () => {
      model = await build();
      for (const each of every) opened[each] = await openOnnx(await model.toOnnx(each));
    });
    afterAll(async () => {
      model.dispose();
      for (const each of every) await opened[each].close();
    });

    const contexts = (count: number): Record<string, Numbers> =>
      model.condShape ? { context: draws(9, [count, ...model.condShape], "normal") } : {};

    test.each(counts)("logProb, encode and decode of %i rows", async (count) => {
      const context = contexts(count);
      const kind = model.flow.flow?.base.kind === "uniform" ? "uniform" : "normal";
      const z = draws(2, [count, ...model.shape], kind);
      const x = await model.decode(z, context);
      expectClose(await opened.decode.run({ z, ...context }), x, share);
      const latents = await model.encode(x, context);
      expectClose(await opened.encode.run({ x, ...context }), latents, share);
      const scores = { data: await model.logProb(x, context), shape: [count] };
      expectClose(await opened.logProb.run({ x, ...context }), scores, share);
    });

    const drawn = name in pushedNormals ? counts : [];
    if (drawn.length > 0)
      test.each(drawn)("%i draws", async (count) => {
        const context = contexts(count);
        const noise = draws(3, [count, ...model.shape], "normal");
        const { data, shape } = await model.decode(noise, context);
        const column = (i: number) => model.columns[i % model.columns.length]!;
        const onGrids = data.map((value, i) => nearestValue(column(i), value));
        expectClose(await opened.sample.run({ noise, ...context }), { data: onGrids, shape });
      });

    test("the session's inputs and outputs, the number of rows named n", () => {
      const row = ["n", ...model.shape];
      const context = model.condShape ? [["context", ["n", ...model.condShape]]] : [];
      expect(signature(opened.logProb)).toEqual([[["x", row], ...context], [["log_prob", ["n"]]]]);
      expect(signature(opened.encode)).toEqual([[["x", row], ...context], [["z", row]]]);
      expect(signature(opened.decode)).toEqual([[["z", row], ...context], [["x", row]]]);
      const [inputs, outputs] = signature(opened.sample);
      for (const [, shape] of inputs) expect(shape[0]).toBe("n");
      expect(outputs).toEqual([["x", row]]);
      if (name in pushedNormals) expect(inputs).toEqual([["noise", row], ...context]);
    });
  });
});

type Shapes = [name: string, shape: readonly (string | number)[]][];

function signature({ session }: Opened): [inputs: Shapes, outputs: Shapes] {
  const shapes = (metadata: readonly InferenceSession.ValueMetadata[]): Shapes =>
    metadata.map((each) => {
      if (!each.isTensor) throw new Error(`${each.name} is no tensor`);
      expect(each.type).toBe("float32");
      return [each.name, each.shape];
    });
  return [shapes(session.inputMetadata), shapes(session.outputMetadata)];
}

describeOnnx("draws from other bases", () => {
  const count = 20_000;

  test("a Gaussian's noise is what its density says of the draws", async () => {
    const model = await fitGaussian(rows);
    const sample = await openOnnx(await model.toOnnx("sample"));
    const noise = draws(3, [count, 2], "normal");
    const scores = await model.logProb(await sample.run({ noise }));
    // log N(x) = c - |z|^2 / 2, for the noise z that x comes of.
    const constant = scores.map((score, row) => {
      const [a, b] = noise.data.subarray(2 * row, 2 * row + 2);
      return score + (a! ** 2 + b! ** 2) / 2;
    });
    for (const value of constant) expect(value).toBeCloseTo(constant[0]!, 4);
    await sample.close();
  });

  test("a mixture takes numbers for the component and for the place in it", async () => {
    const triple = rows.map(([x = 0, y = 0], row) => [x + 12 * (row % 2), y - 6 * (row % 4)]);
    const model = await fitGaussianMixture(triple);
    const sample = await openOnnx(await model.toOnnx("sample"));
    const feeds = {
      noise0: draws(3, [count, 1], "uniform"),
      noise1: draws(4, [count, 1, 2], "normal"),
    };
    const { data } = await sample.run(feeds);
    const drawn = [0, 1].map((column) => data.filter((_, i) => i % 2 === column));
    const own = await model.sample(count, { seed: 5 });
    for (const column of [0, 1]) {
      const expected = own.data.filter((_, i) => i % 2 === column);
      const spread = (values: Float32Array, power: number) => {
        const centre = mean(values);
        return mean(values.map((value) => (value - centre) ** power));
      };
      const [variance, fourth] = [spread(expected, 2), spread(expected, 4)];
      // Both are estimates: five standard errors of their difference.
      const limit = (squared: number) => 5 * Math.sqrt((2 * squared) / count);
      const meanGap = Math.abs(mean(drawn[column]!) - mean(expected));
      expect(meanGap).toBeLessThan(limit(variance));
      const varianceGap = Math.abs(spread(drawn[column]!, 2) - variance);
      expect(varianceGap).toBeLessThan(limit(fourth - variance ** 2));
    }
    await sample.close();
  });

  test("a uniform base takes uniform numbers", async () => {
    const model = randomModel(boundedFlow());
    const sample = await openOnnx(await model.toOnnx("sample"));
    const noise = draws(3, [100, 2], "uniform");
    const z = { ...noise, data: noise.data.map((value) => 2 * value - 1) };
    expectClose(await sample.run({ noise }), await model.decode(z), 5e-5);
    await sample.close();
  });

  test("a base that reads the context", async () => {
    const base = defineDistribution({
      kind: "shifted",
      shape: [2],
      condShape: [2],
      options: {},
      init: noParams,
      logProb: (_, x, cond) => x.sub(cond!).sum(1),
      sampleAndLogProb(_, key, rowCount, cond) {
        const x = random.normal(key, [2, rowCount]).transpose().add(cond!);
        return [x.ref, x.sum(1)];
      },
    });
    const model = randomModel(base);
    const sample = await openOnnx(await model.toOnnx("sample"));
    const noise = draws(3, [7, 2], "normal");
    const context = draws(4, [7, 2], "normal");
    const data = noise.data.map((value, i) => value + context.data[i]!);
    expectClose(await sample.run({ noise, context }), { data, shape: [7, 2] });
    await sample.close();
  });
});

/** What `onnx.proto` of ONNX 1.13 calls these fields. */
interface ModelProto {
  irVersion: number;
  producer: string;
  description: string;
  opsets: [domain: string, version: number][];
  metadata: Record<string, string>;
}

function readModel(bytes: Uint8Array): ModelProto {
  const found: ModelProto = {
    irVersion: 0,
    producer: "",
    description: "",
    opsets: [],
    metadata: {},
  };
  const text = { 1: "", 2: "" };
  new PbfReader(bytes).readFields((field, _, pbf) => {
    if (field === 1) found.irVersion = pbf.readVarint();
    if (field === 2) found.producer = pbf.readString();
    if (field === 6) found.description = pbf.readString();
    if (field === 8) {
      const opset: [string, number] = ["", 0];
      pbf.readMessage((inner) => {
        if (inner === 1) opset[0] = pbf.readString();
        if (inner === 2) opset[1] = pbf.readVarint();
      }, opset);
      found.opsets.push(opset);
    }
    if (field === 14) {
      pbf.readMessage((inner) => {
        if (inner === 1 || inner === 2) text[inner] = pbf.readString();
      }, text);
      found.metadata[text[1]] = text[2];
    }
  }, found);
  return found;
}

test("a file says what it is, and what its inputs and outputs mean", async () => {
  const columns = ["count", { name: "price", step: 0.25 }];
  const flow = nsf({ features: 2, context: 1, ...spline });
  const context = rows.map((_, row) => [Math.sin(row)]);
  const model = await fit(flow, gridRows, { columns, context, steps: 2 });
  const { metadata, ...proto } = readModel(await model.toOnnx("sample"));
  expect(proto).toEqual({
    irVersion: 8,
    producer: "pushforward",
    description: "sample of a normalizing flow (nsf), written by pushforward",
    opsets: [["", 18]],
  });
  expect(metadata).toMatchObject({
    "pushforward.flow": "nsf",
    "pushforward.function": "sample",
    "pushforward.shape": "[2]",
    "pushforward.context_shape": "[1]",
  });
  expect(JSON.parse(metadata["pushforward.columns"]!)).toEqual(model.columns);
  expect(Object.keys(JSON.parse(metadata["pushforward.tensors"]!))).toEqual([
    "noise",
    "context",
    "x",
  ]);
});

describe("what ONNX has no operators for", () => {
  /** Half precision: a type that no lowering writes. */
  const half = (x: NDArray) => x.astype(np.float16).astype(np.float32);

  const halved = defineBijector({
    kind: "halved",
    shape: [2],
    options: {},
    init: noParams,
    forwardAndLogDet: (_, x) => [x.ref, zeroLogDet(x)],
    inverseAndLogDet: (_, y) => [half(y.ref), zeroLogDet(y)],
  });

  test("the error names the layer", async () => {
    const shape = [2];
    const bijectors = [b.affine({ shape }), halved, b.affine({ shape })];
    const base = d.normal({ shape });
    const model = randomModel(d.transformed({ base, bijector: b.chain({ bijectors }) }));
    const error = await rejection(model.toOnnx("logProb"));
    expect(error).toBeInstanceOf(EngineError);
    expect(error.message).toMatch(
      /^toOnnx: layer 1 \(halved\) cannot be written as ONNX: .*float16/,
    );
    expect(error.message).not.toContain("\n");
    const path = join(folder, "m.onnx");
    const functions = ["decode", "encode"] as const;
    const other = await rejection(model.exportOnnx(path, { functions }));
    expect(other).toBeInstanceOf(EngineError);
    expect(other.message).toMatch(/^exportOnnx: layer 1 \(halved\)/);
    expect(await readdir(folder)).toEqual([]);
    // The other direction has nothing that ONNX lacks.
    expect(await model.exportOnnx(path, { functions: ["decode"] })).toHaveLength(1);
  });

  test("the base is named where it is at fault", async () => {
    const base = defineDistribution({
      kind: "odd",
      shape: [2],
      options: {},
      init: noParams,
      logProb: (_, x) => half(x).sum(1),
      sampleAndLogProb: (_, key, count) => {
        const x = random.normal(key, [count, 2]);
        return [x.ref, x.sum(1)];
      },
    });
    const bijector = b.affine({ shape: [2] });
    const error = await rejection(randomModel(d.transformed({ base, bijector })).toOnnx());
    expect(error.message).toMatch(/^toOnnx: the base distribution \(odd\) cannot be written/);
    const alone = await rejection(randomModel(base).toOnnx());
    expect(alone.message).toMatch(/^toOnnx: the distribution odd cannot be written/);
  });
});

describe("bases whose draws cannot be made from noise that is given", () => {
  const base = (draw: (key: NDArray, count: number) => NDArray) =>
    defineDistribution({
      kind: "own",
      shape: [1],
      options: {},
      init: noParams,
      logProb: (_, x) => x.sum(1),
      sampleAndLogProb: (_, key, count) => {
        const x = draw(key, count);
        return [x.ref, x.sum(1)];
      },
    });

  test.each<[string, (key: NDArray, count: number) => NDArray]>([
    ["random numbers of jax-js' own", (key, count) => jaxRandom.exponential(key, [count, 1])],
    [
      "some of the library's, some of jax-js' own",
      (key, count) => random.normal(key.ref, [count, 1]).mul(jaxRandom.normal(key, [count, 1])),
    ],
    [
      "numbers that all draws share",
      (key, count) => np.broadcastTo(random.normal(key, [1, 1]), [count, 1]),
    ],
    [
      "nothing random",
      (key, count) => {
        key.dispose();
        return np.zeros([count, 1]);
      },
    ],
  ])("%s", async (_, draw) => {
    const model = randomModel(base(draw));
    const error = await rejection(model.toOnnx("sample"));
    expect(error).toBeInstanceOf(EngineError);
    expect(error.message).toMatch(/^toOnnx: the base distribution \(own\) .*Export "decode"/);
    expect(await model.toOnnx("decode")).toBeInstanceOf(Uint8Array);
  });
});

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pushforward-onnx-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe("files", () => {
  let model: Model;
  beforeAll(() => {
    model = randomModel(nice({ features: 2, context: 1, ...narrow }));
  });

  test("one function goes to the path given", async () => {
    const path = join(folder, "density.onnx");
    const [file, ...more] = await model.exportOnnx(path);
    expect(more).toEqual([]);
    expect(file).toEqual({
      path,
      function: "logProb",
      inputs: [
        { name: "x", shape: ["n", 2], meaning: expect.stringContaining("data") },
        { name: "context", shape: ["n", 1], meaning: expect.stringContaining("context") },
      ],
      output: { name: "log_prob", shape: ["n"], meaning: expect.stringContaining("nats") },
    });
    expect(new Uint8Array(await readFile(path))).toEqual(await model.toOnnx());
  });

  test("several go to files named after them, with or without an extension", async () => {
    const names = ["sample", "logProb"] as const;
    for (const stem of ["a.onnx", "b"]) {
      const files = await model.exportOnnx(join(folder, stem), { functions: names });
      expect(files.map((file) => file.function)).toEqual(names);
      for (const { path, function: name } of files) {
        expect(new Uint8Array(await readFile(path))).toEqual(await model.toOnnx(name));
      }
    }
    expect((await readdir(folder)).sort()).toEqual(
      ["a.logProb.onnx", "a.sample.onnx", "b.logProb.onnx", "b.sample.onnx"].sort(),
    );
  });

  test("an unknown function, and none", async () => {
    const path = join(folder, "m.onnx");
    for (const attempt of [
      model.exportOnnx(path, { functions: ["logProb", "score" as never] }),
      model.toOnnx("score" as never),
    ]) {
      const error = await rejection(attempt);
      expect(error).toBeInstanceOf(DomainError);
      expect(error.message).toMatch(/no function "score".*logProb, encode, decode, sample/);
    }
    const error = await rejection(model.exportOnnx(path, { functions: [] }));
    expect(error).toBeInstanceOf(DomainError);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a path that cannot be written", async () => {
    const nowhere = await rejection(model.exportOnnx(join(folder, "none", "m.onnx")));
    expect(nowhere).toBeInstanceOf(ModelFileError);
    expect(nowhere.message).toContain("its folder does not exist");
    expect(await rejection(model.exportOnnx(folder))).toBeInstanceOf(ModelFileError);
  });

  test.each([
    ["open", "EACCES", /permission denied/],
    ["rename", "ENOSPC", /no space left/],
  ] as const)("where %s fails with %s, the old file stays", async (name, code, message) => {
    const path = join(folder, "m.onnx");
    await writeFile(path, "old");
    const failure = Object.assign(new Error(code), { code });
    vi.spyOn(fs.promises, name).mockRejectedValueOnce(failure);
    const error = await rejection(model.exportOnnx(path));
    expect(error).toBeInstanceOf(ModelFileError);
    expect(error.message).toMatch(message);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["m.onnx"]);
  });

  test("a disposed model has nothing to export", async () => {
    const gone = randomModel(nice({ features: 2, ...narrow }));
    gone.dispose();
    expect(await rejection(gone.toOnnx())).toBeInstanceOf(DomainError);
  });
});

describe("files of continuous flows, in equal steps", () => {
  const shape = [1];
  const solved = (velocity: (z: NDArray) => NDArray, solver: object, condShape?: number[]) => {
    const dynamics = defineDynamics<Record<string, never>>({
      kind: "own",
      options: {},
      init: noParams,
      apply(_, time, z, context) {
        tree.dispose(context ? [time, context] : [time]);
        return velocity(z);
      },
    });
    const bijector = b.continuous({ shape, condShape, dynamics, solver });
    return randomModel(d.transformed({ base: d.normal({ shape }), bijector }));
  };
  const shrinking = (z: NDArray) => z.mul(-3);
  const functions = ["logProb", "decode"] as const;
  const solvingOf = async (model: Model, own: readonly OnnxFunction[] = functions) => {
    const files = await model.exportOnnx(join(folder, "m.onnx"), { functions: own });
    expect(await readdir(folder)).toHaveLength(own.length);
    const [first, ...others] = files.map(({ solving }) => solving);
    for (const other of others) expect(other).toEqual(first);
    return first;
  };

  test("tell by how much draws' log-densities differ from the model's", async () => {
    const model = solved(shrinking, { steps: 1, rtol: 1e-6, atol: 1e-6 });
    const { steps, compared } = (await solvingOf(model))!;
    expect(steps).toBe(1);
    const { data } = await model.sample(64);
    // From data x, exp(3) x is the latent, of which one step of Dormand and Prince has the first terms; dz/dz is exact.
    const inOneStep = 1 + 3 + 9 / 2 + 27 / 6 + 81 / 24 + 243 / 120 + 729 / 600;
    const differences = data.map((x) => (x * x * (Math.exp(6) - inOneStep ** 2)) / 2);
    expect(compared!.draws).toBe(64);
    expect(compared!.difference).toBeGreaterThan(0.01);
    expect(compared!.difference! / Math.max(...differences)).toBeCloseTo(1, 3);
    const before = await liveBuffers();
    await solvingOf(model);
    expect(await liveBuffers()).toBe(before);
    const finer = await solvingOf(solved(shrinking, { steps: 8 }));
    expect(finer!.steps).toBe(8);
    expect(finer!.compared!.difference).toBeLessThan(0.001);
  });

  test("say nothing of it where the model takes the same steps", async () => {
    expect(await solvingOf(solved(shrinking, { method: "rk4", steps: 2 }))).toBeUndefined();
  });

  test.each<[string, () => Model]>([
    ["a conditional model, which needs contexts to draw", () => solved(shrinking, {}, [2])],
    ["a model that cannot solve all of its draws", () => solved((z) => z.ref.mul(z), {})],
  ])("compare nothing of %s", async (_, build) => {
    expect(await solvingOf(build())).toEqual({ steps: 8 });
  });

  test("compare nothing where they give neither densities nor latents", async () => {
    expect(await solvingOf(solved(shrinking, {}), ["sample"])).toEqual({ steps: 8 });
  });

  test("are written before anything is compared, which may fail", async () => {
    const there: string[][] = [];
    const base = {
      ...d.normal({ shape }),
      sampleAndLogProb() {
        there.push(fs.readdirSync(folder).sort());
        throw new TypeError("no draws");
      },
    };
    const { bijector } = solved(shrinking, {}).flow.flow!;
    const model = randomModel(d.transformed({ base, bijector }));
    expect(await solvingOf(model)).toEqual({ steps: 8 });
    expect(there).toEqual([["m.decode.onnx", "m.logProb.onnx"]]);
  });

  test("have no difference where log-densities in equal steps overflow", async () => {
    const model = solved((z) => z.mul(50), { steps: 1 });
    expect(await solvingOf(model)).toEqual({ steps: 1, compared: { draws: 64 } });
  });

  test("leave the count of evaluations as it was", async () => {
    const model = solved(shrinking, {});
    await solvingOf(model);
    expect(model.evaluations).toBeUndefined();
    await model.logProb([[0]]);
    const { evaluations } = model;
    await solvingOf(model);
    expect(evaluations).toBeGreaterThan(0);
    expect(model.evaluations).toBe(evaluations);
  });
});

test("exports leave no buffers behind", async () => {
  const models = [
    randomModel(nsf({ features: 2, context: 1, ...spline })),
    await fit(nsf({ features: 2, ...spline }), gridRows, { steps: 2 }),
    await fitGaussianMixture(rows),
  ];
  const exportAll = async () => {
    for (const model of models) for (const name of every) await model.toOnnx(name);
  };
  await exportAll();
  const before = await liveBuffers();
  await exportAll();
  expect(await liveBuffers()).toBe(before);
});
