import { type CheckReport, Model, nsf } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import { fixedAffine } from "../../src/bijectors/fixed-affine.ts";
import { affine, chain, continuous } from "../../src/bijectors/index.ts";
import { type Bijector, defineBijector, noParams } from "../../src/core/bijector.ts";
import { defineDistribution } from "../../src/core/distribution.ts";
import { defineDynamics } from "../../src/core/dynamics.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { np, random, ready } from "../../src/engine/index.ts";
import { correlatedNormal } from "../support/draws.ts";

beforeAll(() => ready());

const rows = correlatedNormal(300, 1);

/** `y = 2 x` in two dimensions, with what it gets wrong: `[value, log-det]` errors of the inverse. */
function doubling(error: { value?: number; logDet?: number; slope?: number }): Bijector {
  const { value = 0, logDet = 0, slope = 0 } = error;
  return defineBijector({
    kind: "doubling",
    shape: [2],
    options: {},
    init: noParams,
    forwardAndLogDet: (_, x) => {
      const count = x.shape[0]!;
      return [x.mul(2), np.full([count], 2 * Math.LN2)];
    },
    inverseAndLogDet: (_, y) => {
      const tilt = y.ref.sum(1).mul(slope);
      return [y.mul(0.5).add(value), tilt.sub(2 * Math.LN2 - logDet)];
    },
  });
}

async function checkOf(bijector: Bijector, data: number[][] = rows): Promise<CheckReport> {
  const flow = transformed({ base: normal({ shape: [2] }), bijector });
  const model = new Model({ flow, params: flow.init(random.key(0)) });
  return model.check(data);
}

const failed = (report: CheckReport) =>
  report.items.filter(({ ok }) => !ok).map(({ name }) => name);

describe("check", () => {
  test("passes what is right, and lists all that it looked at", async () => {
    const report = await checkOf(doubling({}));
    expect(failed(report)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.equalSteps).toBeUndefined();
    expect(report.items.map(({ name }) => name)).toEqual([
      "round trip, data",
      "round trip, latents",
      "log-determinant",
      "integral",
    ]);
    for (const { value, limit } of report.items) expect(value).toBeLessThan(limit / 10);
  });

  test("finds a constant error of the log-determinant, by its size", async () => {
    const report = await checkOf(doubling({ logDet: 0.1 }));
    expect(report.ok).toBe(false);
    expect(failed(report)).toEqual(["log-determinant", "integral"]);
    const [, , logDet, integral] = report.items;
    expect(logDet!.value).toBeCloseTo(0.05, 4);
    expect(integral!.value).toBeCloseTo(Math.expm1(0.1), 3);
  });

  test("finds an error of the log-determinant that leaves the integral nearly alone", async () => {
    expect(failed(await checkOf(doubling({ slope: 0.05 })))).toContain("log-determinant");
  });

  test("finds an inverse that is not exact", async () => {
    const report = await checkOf(doubling({ value: 0.02 }));
    expect(failed(report)).toEqual(["round trip, data", "round trip, latents"]);
    expect(report.items[1]!.value).toBeCloseTo(0.02, 5);
  });

  test.each<["value" | "logDet" | "slope", string[]]>([
    ["value", ["round trip, data", "round trip, latents", "integral"]],
    ["logDet", ["log-determinant", "integral"]],
    ["slope", ["log-determinant", "integral"]],
  ])("NaN in the %s fails what depends on it", async (where, expected) => {
    const report = await checkOf(doubling({ [where]: Number.NaN }));
    expect(report.ok).toBe(false);
    expect(failed(report)).toEqual(expected);
  });

  test("finds data outside the splines' intervals, layer by layer", async () => {
    const flow = nsf({ features: 2, layers: 2, hidden: [8], bins: 4, bound: 1 });
    const model = new Model({ flow, params: flow.init(random.key(0)) });
    const inside = rows.map((row) => row.map((value) => value / 10));
    const intervals = ({ items }: CheckReport) => items.filter(({ ofData }) => ofData);
    const good = intervals(await model.check(inside));
    expect(good.map(({ name }) => name)).toEqual(["interval, layer 1", "interval, layer 3"]);
    expect(good.every(({ ok, value }) => ok && value === 0)).toBe(true);
    const report = await model.check(rows);
    expect(report.ok).toBe(false);
    const bad = intervals(report);
    expect(bad.every(({ ok }) => !ok)).toBe(true);
    // A fresh flow is the identity, and the splines of each layer see all columns of the rows as they are.
    const share = rows.flat().filter((value) => Math.abs(value!) > 1).length / 600;
    expect(bad.map(({ value }) => value)).toEqual([share, share].map((s) => expect.closeTo(s, 2)));
  });

  test.each([1, 2])("finds a density in %d-D that does not integrate to 1", async (size) => {
    const scaled = (factor: number) =>
      defineDistribution<Record<string, never>>({
        kind: "scaled",
        shape: [size],
        options: {},
        init: () => ({}),
        logProb: (_, x) =>
          x.ref
            .mul(x)
            .sum(1)
            .mul(-0.5)
            .add(Math.log(factor) - (size / 2) * Math.log(2 * Math.PI)),
        sampleAndLogProb() {
          throw new Error("not needed");
        },
      });
    const data = rows.map((row) => row.slice(0, size));
    const check = (factor: number) => new Model({ flow: scaled(factor), params: {} }).check(data);
    expect((await check(1)).ok).toBe(true);
    for (const factor of [0.97, 1.03]) {
      const report = await check(factor);
      expect(failed(report)).toEqual(["integral"]);
      expect(report.items[0]!.value).toBeCloseTo(0.03, 3);
    }
  });

  test("a continuous flow fails in too few equal steps, whose number the report tells", async () => {
    const shape = [1];
    const shrinking = defineDynamics<Record<string, never>>({
      kind: "shrinking",
      options: {},
      init: noParams,
      apply(_, time, z) {
        time.dispose();
        return z.mul(-3);
      },
    });
    const checkIn = async (steps: number) => {
      const bijector = continuous({ shape, dynamics: shrinking, solver: { steps } });
      const flow = transformed({ base: normal({ shape }), bijector });
      const model = new Model({ flow, params: flow.init(random.key(0)) });
      return model.check();
    };
    const [few, enough] = [await checkIn(1), await checkIn(8)];
    expect(failed(few)).toContain("round trip, data");
    expect(few.equalSteps).toEqual({ count: 1, everywhere: false });
    expect(failed(enough)).toEqual([]);
    expect(enough.equalSteps).toEqual({ count: 8, everywhere: false });
  });

  test("in more than two dimensions leaves the integral out", async () => {
    const shape = [3];
    const flow = transformed({
      base: normal({ shape }),
      bijector: chain({ bijectors: [affine({ shape })] }),
    });
    const model = new Model({ flow, params: flow.init(random.key(0)) });
    const report = await model.check(rows.map(([a, b]) => [a!, b!, a! + b!]));
    expect(report.ok).toBe(true);
    expect(report.items.map(({ name }) => name)).not.toContain("integral");
  });

  test("one row is enough", async () => {
    const flow = nsf({ features: 2, layers: 2, hidden: [8], bins: 4 });
    const parts = [flow.flow.bijector, affine({ shape: [2] })];
    const bijector = chain({
      bijectors: [...parts, fixedAffine({ shift: [3, 7], scale: [3, 0.1] })],
    });
    expect((await checkOf(bijector, [[5.1, 7.3]])).ok).toBe(true);
    expect((await checkOf(doubling({ value: 0.1 }), [[0.3, -0.2]])).ok).toBe(false);
  });

  test("its messages say what was measured", async () => {
    for (const { message } of (await checkOf(doubling({}))).items) {
      expect(message.length).toBeGreaterThan(20);
    }
  });
});
