import fs from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random as jaxRandom } from "@jax-js/jax";
import { PbfReader } from "pbf";
import {
  type Column,
  type Distribution,
  DomainError,
  EngineError,
  fit,
  fitGaussian,
  fitGaussianMixture,
  Model,
  ModelFileError,
  nice,
  nsf,
  type OnnxFunction,
  realNVP,
  ready,
} from "pushforward";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as b from "../../src/bijectors/index.ts";
import { defineBijector, noParams, zeroLogDet } from "../../src/core/bijector.ts";
import { defineDistribution } from "../../src/core/distribution.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { sizeOf } from "../../src/core/shape.ts";
import * as d from "../../src/distributions/index.ts";
import { type NDArray, np, random, tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";
import { describeOnnx } from "../support/engines.ts";
import { liveBuffers } from "../support/live-buffers.ts";

beforeAll(() => ready());

/** A flow whose every parameter counts: fresh conditioners end in zeros. */
function randomModel(flow: Distribution, columns?: readonly Column[]): Model {
  const fresh = flow.init(random.key(0));
  const layout = layoutOf(fresh);
  tree.dispose(fresh as never);
  const noise = hostRandom(1);
  const values = Float32Array.from({ length: layout.size }, () => 0.4 * noise.normal());
  return new Model({ flow, params: uploadParameters(layout, values), columns });
}

const size = { layers: 2, hidden: [8], bins: 4 };
const { bins: _, ...sizeWithoutBins } = size;
const rows = correlatedNormal(400, 1);
/** Whole numbers, and prices in steps of a quarter. */
const gridRows = rows.map(([x = 0, y = 0]) => [Math.round(3 * x), Math.round(8 * y) / 4 + 100]);

const afterActNorm = (shape: readonly number[]) =>
  b.chain({ bijectors: [b.actNorm({ shape }), b.affine({ shape })] });

/** Models of every make. */
const models: Record<string, () => Model | Promise<Model>> = {
  nsf: () => randomModel(nsf({ features: 3, ...size })),
  "nsf, d = 1": () => randomModel(nsf({ features: 1, ...size })),
  "nsf, conditional": () => randomModel(nsf({ features: 3, context: 2, ...size })),
  "nsf, conditional, d = 1": () => randomModel(nsf({ features: 1, context: 2, ...size })),
  realNVP: () => randomModel(realNVP({ features: 4, ...sizeWithoutBins })),
  "realNVP, conditional": () => randomModel(realNVP({ features: 2, context: 1, ...sizeWithoutBins })),
  nice: () => randomModel(nice({ features: 3, ...sizeWithoutBins })),
  "nice, conditional": () => randomModel(nice({ features: 2, context: 3, ...sizeWithoutBins })),
  gaussian: () => fitGaussian(rows),
  "gaussian mixture": () => fitGaussianMixture(rows),
  "a bare distribution": () => randomModel(d.normal({ shape: [2], covariance: "diagonal" })),
  "events that are matrices": () =>
    randomModel(
      d.transformed({ base: d.normal({ shape: [2, 3] }), bijector: afterActNorm([2, 3]) }),
    ),
  "a uniform base and a bounded end": () =>
    randomModel(
      d.transformed({
        base: d.uniform({ shape: [2], low: -1, high: 1 }),
        bijector: b.chain({
          bijectors: [b.luLinear({ shape: [2] }), b.sigmoid({ shape: [2], low: -3, high: 5 })],
        }),
      }),
    ),
  "fitted, with preprocessing": () => fit(nsf({ features: 2, ...size }), rows, { steps: 60 }),
  "fitted, with columns on a grid": () =>
    fit(nsf({ features: 2, ...size }), gridRows, { steps: 60 }),
};

type Numbers = { data: Float32Array; shape: readonly number[] };

function draws(seed: number, shape: readonly number[], kind: "normal" | "uniform"): Numbers {
  const source = hostRandom(seed);
  return { data: Float32Array.from({ length: sizeOf(shape) }, () => source[kind]()), shape };
}

/** Run an ONNX model in onnxruntime-node. */
async function runOnnx(bytes: Uint8Array, feeds: Record<string, Numbers>): Promise<Numbers> {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const session = await InferenceSession.create(bytes);
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
    name,
    new Tensor("float32", data, shape),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  const { data, dims } = results[session.outputNames[0]!]!;
  await session.release();
  return { data: data as Float32Array, shape: dims };
}

/** Equal up to a share of the largest entry. */
function expectClose(actual: Numbers, expected: Numbers, share: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  for (const [i, value] of expected.data.entries()) {
    const error = Math.abs(actual.data[i]! - value) / largest;
    expect(error, `entry ${i}: ${actual.data[i]} for ${value}`).toBeLessThan(share);
  }
}

/** The files of a model and their signatures, from a folder of their own. */
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pushforward-onnx-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const every: readonly OnnxFunction[] = ["logProb", "encode", "decode", "sample"];

describeOnnx("run by ONNX Runtime, exported functions give what the model gives:", () => {
  describe.each(Object.entries(models))("%s", (_, build) => {
    let model: Model;
    const written: Partial<Record<OnnxFunction, Uint8Array>> = {};
    beforeAll(async () => {
      model = await build();
      for (const name of every) written[name] = await model.toOnnx(name);
    });

    const bytes = (name: OnnxFunction) => written[name]!;
    const contextOf = (count: number): { context?: Numbers } =>
      model.condShape ? { context: draws(9, [count, ...model.condShape], "normal") } : {};
    const contextRows = ({ context }: { context?: Numbers }) => (context ? { context } : {});

    test.each([1, 7, 1000])("%i rows", async (count) => {
      const context = contextOf(count);
      const latents = draws(2, [count, ...model.shape], "normal");
      // Numbers that the base and the data can take: (0, 1) lies in all of them, most rows do not.
      const z = model.flow.flow?.base.kind === "uniform" ? draws(2, latents.shape, "uniform") : latents;
      const x = await model.decode(z, contextRows(context));

      expectClose(await runOnnx(bytes("decode"), { z, ...context }), x, 1e-5);
      const encoded = await model.encode(x, contextRows(context));
      expectClose(await runOnnx(bytes("encode"), { x, ...context }), encoded, 1e-5);
      const data = await model.logProb(x, contextRows(context));
      const scores = await runOnnx(bytes("logProb"), { x, ...context });
      expectClose(scores, { data, shape: [count] }, 1e-5);
    });
  });

  test.each(Object.keys(models).filter((name) => /^(nsf|realNVP|nice|fitted, with pre)/.test(name)))(
    "draws of %s are its decoded noise",
    async (name) => {
      const model = await models[name]!();
      const bytes = await model.toOnnx("sample");
      for (const count of [1, 7, 1000]) {
        const noise = draws(3, [count, ...model.shape], "normal");
        const context = model.condShape && draws(9, [count, ...model.condShape], "normal");
        const conditions = context ? { context } : {};
        const drawn = await runOnnx(bytes, { noise, ...conditions });
        expectClose(drawn, await model.decode(noise, conditions), 1e-5);
      }
    },
  );
});
