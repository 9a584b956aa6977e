import { type FitOptions, fit, load, type Model, nsf, type Rows, realNVP } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import { affine } from "../../src/bijectors/index.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { np } from "../../src/engine/index.ts";
import { rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";
import { faulty } from "../support/faulty-bijector.ts";
import { liveBuffers } from "../support/live-buffers.ts";

const rows = correlatedNormal(200, 1);
const small = () => nsf({ features: 2, layers: 2, hidden: [8], bins: 4 });
const quick = { batchSize: 64, validateEvery: 10 } satisfies FitOptions;

/** Buffers that a call leaves behind, after a first call that may compile and cache. */
async function leftBy(call: () => Promise<unknown>, times = 3): Promise<number> {
  await call();
  const before = await liveBuffers();
  for (let i = 0; i < times; i++) await call();
  return (await liveBuffers()) - before;
}

test("the count sees a leak", async () => {
  const kept: { dispose(): void }[] = [];
  const before = await liveBuffers();
  for (let i = 0; i < 3; i++) kept.push(np.array([i, 2, 3]));
  await (kept[0] as np.Array).ref.data();
  expect((await liveBuffers()) - before).toBeGreaterThanOrEqual(3);
  for (const array of kept) array.dispose();
  expect(await liveBuffers()).toBe(before);
});

describe("training", () => {
  test("300 steps, with validations, do not add up", async () => {
    const counts: number[] = [];
    const model = await fit(small(), rows, {
      ...quick,
      steps: 300,
      patience: Infinity,
      // Counted here, where the run waits: a reader of its reports may be anywhere in a step.
      checkpointEvery: 10,
      onCheckpoint: async () => void counts.push(await liveBuffers()),
    });
    model.dispose();
    expect(counts).toHaveLength(30);
    expect(new Set(counts).size).toBe(1);
  });

  test("rollbacks and checkpoints do not add up", async () => {
    const data = rows.map((row, i) => (i === 60 ? [60, 0] : row));
    const flow = transformed({
      base: normal({ shape: [2] }),
      bijector: faulty({ size: 2, fault: "large inputs" }),
    });
    const counts: number[] = [];
    const notices: string[] = [];
    await fit(flow, data, {
      ...quick,
      batchSize: 20,
      validateEvery: 2,
      standardize: false,
      validation: rows,
      steps: 60,
      patience: Infinity,
      checkpointEvery: 5,
      onCheckpoint: async () => void counts.push(await liveBuffers()),
      onProgress: (report) => void (report.type === "notice" && notices.push(report.message)),
    });
    expect(notices.filter((notice) => notice.includes("not finite")).length).toBeGreaterThan(3);
    expect(counts.length).toBeGreaterThan(8);
    expect(new Set(counts).size).toBe(1);
  });

  test("a model holds its parameters, one buffer each, and gives them back", async () => {
    const train = () => fit(realNVP({ features: 2, layers: 2, hidden: [8] }), rows, { steps: 3 });
    (await train()).dispose();
    const before = await liveBuffers();
    const model = await train();
    const tensors = (await liveBuffers()) - before;
    model.dispose();
    const after = (await liveBuffers()) - before;
    expect(tensors).toBeGreaterThan(0);
    // What a compiled program keeps of its constants stays with the program.
    expect(after).toBeLessThan(tensors);
  });

  test("a model disposed of during calls is freed after the last", async () => {
    const train = () => fit(realNVP({ features: 2, layers: 2, hidden: [8] }), rows, { steps: 3 });
    const use = (model: Model) => [model.logProb(rows), model.sample(5000)];
    const left = async (disposeEarly: boolean) => {
      const before = await liveBuffers();
      const model = await train();
      const calls = use(model);
      if (disposeEarly) model.dispose();
      await Promise.all(calls);
      model.dispose();
      return (await liveBuffers()) - before;
    };
    await left(false);
    expect(await left(true)).toBe(await left(false));
  });

  test("failed and aborted runs free what they held", async () => {
    const flow = () =>
      transformed({ base: normal({ shape: [2] }), bijector: affine({ shape: [2] }) });
    const run = async (options: FitOptions) => {
      const before = await liveBuffers();
      await rejection(fit(flow(), rows, { ...quick, standardize: false, steps: 30, ...options }));
      return (await liveBuffers()) - before;
    };
    const controller = () => {
      const abort = new AbortController();
      return {
        signal: abort.signal,
        onProgress: (report: { type: string }) => report.type === "step" && abort.abort(),
      } as FitOptions;
    };
    const throwing = () => {
      throw new Error("mine");
    };
    await run(controller());
    const aborted = await run(controller());
    const thrown = await run({ onCheckpoint: throwing, checkpointEvery: 2 });
    const reported = await run({
      onProgress: (report) => void (report.type === "step" && throwing()),
    });
    expect([thrown, reported]).toEqual([aborted, aborted]);
    expect(await run({ resume: new Uint8Array(4) })).toBeLessThanOrEqual(0);
  });
});

describe("the methods of a model", () => {
  let model: Model;
  let conditional: Model;
  const context = rows.map(([a]) => [a!]);
  beforeAll(async () => {
    model = await fit(small(), rows, { ...quick, steps: 5 });
    const flow = nsf({ features: 2, context: 1, layers: 2, hidden: [8], bins: 4 });
    conditional = await fit(flow, rows, { ...quick, steps: 5, context });
  });

  test("50 calls of logProb leave nothing", async () => {
    expect(await leftBy(() => model.logProb(rows), 50)).toBe(0);
  });

  const one = { context: [0.5] };
  const calls: [string, (model: Model, options: { context?: Rows }) => Promise<unknown>][] = [
    ["evaluate", (m, options) => m.evaluate(rows, options)],
    ["sample", (m, options) => m.sample(100, options)],
    ["encode", (m, options) => m.encode(rows, options)],
    ["decode", (m, options) => m.decode(rows, options)],
    ["interpolate", (m, options) => m.interpolate(rows[0]!, rows[1]!, options)],
    ["trace", (m, options) => m.trace(100, options)],
    ["check", (m, options) => m.check(undefined, options)],
    ["toBytes", (m) => m.toBytes()],
    ["a refused call", (m) => rejection(m.logProb([[1]]))],
    ["load", async (m) => (await load(await m.toBytes())).dispose()],
  ];
  test.each(calls)("%s leaves nothing", async (_, call) => {
    expect(await leftBy(() => call(model, {}))).toBe(0);
    expect(await leftBy(() => call(conditional, one))).toBe(0);
  });
});
