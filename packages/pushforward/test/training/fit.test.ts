import { DataError, fit, nsf, realNVP } from "pushforward";
import { describe, expect, test } from "vitest";
import { affine, chain } from "../../src/bijectors/index.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { collect, rejection } from "../support/collect.ts";
import { correlatedNormal, correlatedNormalLogProb, estimate, mean } from "../support/draws.ts";

const rows = correlatedNormal(600, 1);
const small = () => realNVP({ features: 2, layers: 2, hidden: [8] });
const quick = { steps: 40, batchSize: 64, validateEvery: 10 };

describe("fit", () => {
  test("comes close to a known density", async () => {
    const flow = nsf({ features: 2, layers: 2, hidden: [16], bins: 4 });
    const model = await fit(flow, correlatedNormal(4000, 1), {
      steps: 300,
      learningRate: 5e-3,
      schedule: "cosine",
    });
    const fresh = correlatedNormal(4000, 2);
    const learned = await model.logProb(fresh);
    const divergence = estimate(fresh.map((row, i) => correlatedNormalLogProb(row) - learned[i]!));
    // The mean log-density of fresh rows lies 0.02 nats below the entropy's at most.
    expect(divergence.standardError).toBeLessThan(0.004);
    expect(divergence.value).toBeLessThan(0.02);
    expect(divergence.value).toBeGreaterThan(-3 * divergence.standardError);
  });

  test("repeats itself to the bit with one seed, and differs with another", async () => {
    const [first, again, other] = [
      await collect(small(), rows, { ...quick, seed: 5 }),
      await collect(small(), rows, { ...quick, seed: 5 }),
      await collect(small(), rows, { ...quick, seed: 6 }),
    ];
    expect(again.losses).toEqual(first.losses);
    expect(again.model.history).toEqual(first.model.history);
    expect(await again.model.toBytes()).toEqual(await first.model.toBytes());
    expect(other.losses).not.toEqual(first.losses);
    expect(await other.model.toBytes()).not.toEqual(await first.model.toBytes());
  });

  test.each([-3, 2 ** 40 + 1])("takes %d for a seed", async (seed) => {
    const one = await collect(small(), rows, { ...quick, steps: 3, seed });
    const other = await collect(small(), rows, { ...quick, steps: 3, seed: seed + 1 });
    expect(one.losses.every(Number.isFinite)).toBe(true);
    expect(one.losses).not.toEqual(other.losses);
  });

  test("keeps the weights of the best validation, not the last", async () => {
    // So few rows are soon learned by heart, and the validation loss rises.
    const held = correlatedNormal(200, 9);
    const flow = realNVP({ features: 2, layers: 4, hidden: [32] });
    const { model, reports } = await collect(flow, rows.slice(0, 30), {
      steps: 120,
      validateEvery: 5,
      learningRate: 0.02,
      schedule: "constant",
      validation: held,
      patience: Infinity,
    });
    const losses = model.history.map(({ validation }) => validation);
    const best = Math.min(...losses);
    expect(losses.at(-1)).toBeGreaterThan(best + 0.01);
    expect(-mean(await model.logProb(held))).toBeCloseTo(best, 5);
    const last = reports.filter((report) => report.type === "validation").at(-1)!;
    expect(last.best).toBe(best);
    expect(last.bestStep).toBe(model.history[losses.indexOf(best)]!.step);
  });

  test("stops after `patience` validations without a new best", async () => {
    const { model } = await collect(small(), rows, {
      steps: 2000,
      validateEvery: 2,
      learningRate: 0.3,
      schedule: "constant",
      patience: 3,
    });
    const losses = model.history.map(({ validation }) => validation);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length).toBe(best + 1 + 3);
    expect(model.history.at(-1)!.step).toBeLessThan(2000);
  });

  test("a plateau lowers the learning rate by half", async () => {
    const { reports } = await collect(small(), rows, {
      steps: 120,
      validateEvery: 2,
      learningRate: 0.3,
      schedule: "plateau",
      patience: Infinity,
    });
    const rates = reports.flatMap((report) => (report.type === "step" ? report.learningRate : []));
    const distinct = [...new Set(rates)];
    expect(distinct.length).toBeGreaterThan(1);
    expect(distinct).toEqual(distinct.map((_, drop) => 0.3 * 0.5 ** drop));
  });

  test("clips, decays and uses AdamW when asked to", async () => {
    const plain = await collect(small(), rows, { ...quick, steps: 5, validateEvery: 5 });
    for (const options of [
      { clipNorm: 1e-3, optimizer: "adam", weightDecay: 0.5 },
      { optimizer: "adamw", weightDecay: 5 },
    ] as const) {
      const other = await collect(small(), rows, { ...quick, ...options, steps: 5 });
      expect(other.losses[0]).toBe(plain.losses[0]);
      expect(other.losses[4]).not.toBe(plain.losses[4]);
    }
  });

  test("a batch larger than the data is all of the data", async () => {
    const few = rows.slice(0, 30);
    const options = { steps: 4, standardize: false, validation: rows.slice(30, 60) };
    const large = await collect(small(), few, { ...options, batchSize: 4096 });
    const exact = await collect(small(), few, { ...options, batchSize: 30 });
    expect(large.losses).toEqual(exact.losses);
  });

  test("reads nested, flat and shaped rows alike", async () => {
    const flat = Float64Array.from(rows.flat());
    const options = { ...quick, steps: 3 };
    const { losses } = await collect(small(), rows, options);
    expect((await collect(small(), flat, options)).losses).toEqual(losses);
    expect(
      (await collect(small(), { data: flat, shape: [rows.length, 2] }, options)).losses,
    ).toEqual(losses);
    const typed = rows.map((row) => Float64Array.from(row));
    expect((await collect(small(), typed, options)).losses).toEqual(losses);
  });

  test("works on one column, of which no half can condition the other", async () => {
    const column = rows.map(([first]) => 100 + 3 * first!);
    const model = await fit(nsf({ features: 1, layers: 1, hidden: [8], bins: 4 }), column, {
      steps: 150,
      learningRate: 1e-2,
    });
    const fresh = correlatedNormal(2000, 3).map(([first]) => 100 + 3 * first!);
    const truth = fresh.map(
      (x) => -0.5 * ((x - 100) / 3) ** 2 - Math.log(3) - 0.5 * Math.log(2 * Math.PI),
    );
    const learned = await model.logProb(fresh);
    expect(mean(truth) - mean(learned)).toBeLessThan(0.05);
    expect((await model.sample(20)).shape).toEqual([20, 1]);
  });

  test.each([true, false])(
    "fits events that are not vectors (standardised: %s)",
    async (standardize) => {
      const shape = [3, 2];
      const flow = transformed({ base: normal({ shape }), bijector: affine({ shape }) });
      const events = correlatedNormal(300, 4).map(([a, b]) => [a!, b!, 2 + a!, 2 + b!, 5, 6 + b!]);
      for (const event of events) event[4] = 5 + event[0]! - event[1]!;
      const data = { data: events.flat(), shape: [300, ...shape] };
      const model = await fit(flow, data, { standardize, steps: 100, learningRate: 0.1 });
      expect(model.history.at(-1)!.validation).toBeLessThan(model.history[0]!.validation);
      expect((await model.sample(5)).shape).toEqual([5, 3, 2]);
      expect(await model.logProb(data)).toHaveLength(300);
    },
  );

  test("fits a bare distribution, and a flow whose layers are not a builder's", async () => {
    const truth = mean(correlatedNormal(600, 1).map(correlatedNormalLogProb));
    const bare = await fit(normal({ shape: [2], covariance: "full" }), rows, {
      steps: 200,
      learningRate: 0.03,
      batchSize: 600,
    });
    expect(mean(await bare.logProb(rows))).toBeGreaterThan(truth - 0.05);
    const layer = () => affine({ shape: [2] });
    const chained = await fit(
      transformed({
        base: normal({ shape: [2] }),
        bijector: chain({ bijectors: [layer(), layer()] }),
      }),
      rows.map(([a, b]) => [10 * a!, b! - 7]),
      { steps: 50 },
    );
    expect(chained.history.every(({ validation }) => Number.isFinite(validation))).toBe(true);
  });
});

describe("progress", () => {
  test("callback and iteration deliver the same reports, and awaiting gives the model", async () => {
    const told: unknown[] = [];
    const run = fit(small(), rows, { ...quick, onProgress: (report) => told.push(report) });
    const seen: unknown[] = [];
    for await (const report of run) seen.push(report);
    expect(seen).toEqual(told);
    const late: unknown[] = [];
    for await (const report of run) late.push(report);
    expect(late).toEqual([]);
    const model = await run;
    expect(await run).toBe(model);
    const steps = told.filter((report) => (report as { type: string }).type === "step");
    expect(steps).toHaveLength(quick.steps);
    expect(model.history.map(({ step }) => step)).toEqual([10, 20, 30, 40]);
  });

  test("a reader that leaves early does not stop the run", async () => {
    const run = fit(small(), rows, quick);
    for await (const report of run) if (report.type === "step") break;
    expect((await run).history.at(-1)!.step).toBe(quick.steps);
  });

  test("says how the rows are divided", async () => {
    const { notices } = await collect(small(), rows, { ...quick, steps: 1, validation: 0.25 });
    expect(notices).toEqual(["Training on 450 rows, validating on 150."]);
  });

  test("a failure reaches whoever awaits and whoever iterates, and nobody else", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    try {
      const ignored = fit(small(), []);
      const awaited = fit(small(), []);
      let rejections = 0;
      await awaited.then(undefined, () => rejections++);
      expect(rejections).toBe(1);
      const iterated = fit(small(), []);
      const error = await rejection(
        (async () => {
          for await (const _ of iterated);
        })(),
      );
      expect(error).toBeInstanceOf(DataError);
      expect(await rejection(iterated)).toBe(error);
      await rejection(ignored);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", listen);
    }
  });

  test("an error thrown by a callback is the run's error", async () => {
    const fault = new Error("mine");
    const throwing = () => {
      throw fault;
    };
    expect(await rejection(fit(small(), rows, { ...quick, onProgress: throwing }))).toBe(fault);
    expect(
      await rejection(fit(small(), rows, { ...quick, checkpointEvery: 2, onCheckpoint: throwing })),
    ).toBe(fault);
  });
});
