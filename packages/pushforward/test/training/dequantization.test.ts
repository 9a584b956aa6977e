import { fit, nice, nsf, realNVP } from "pushforward";
import { describe, expect, test } from "vitest";
import { fixedAffine } from "../../src/bijectors/fixed-affine.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { Model } from "../../src/model/model.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { dequantize, findGrid } from "../../src/training/dequantization.ts";
import { collect } from "../support/collect.ts";
import { mean } from "../support/draws.ts";

describe("findGrid", () => {
  const repeated = (values: number[]) => [...values, values[0]!];
  test.each<[string, number[], { step: number; origin: number } | null]>([
    ["integers", [3, 1, 4, 1, 5], { step: 1, origin: 1 }],
    ["negative integers", [-7, -7, -4, 0], { step: 1, origin: -7 }],
    ["even numbers", [2, 8, 8, 14, 10], { step: 2, origin: 2 }],
    ["steps of 0.05", [0.15, 0.3, 0.1 + 0.2, 1.35, 0.35, 0.15], { step: 0.05, origin: 0.15 }],
    ["prices", [19.99, 5.49, 19.99, 7], { step: 0.01, origin: 5.49 }],
    ["tens from 5", [5, 15, 25, 25, 105], { step: 10, origin: 5 }],
    ["a flag", [0, 1, 1, 0], { step: 1, origin: 0 }],
    ["millionths", [1e-6, 3e-6, 4e-6, 4e-6], { step: 1e-6, origin: 1e-6 }],
    ["large", repeated([0, 3, 5, 11].map((k) => 1e6 + k)), { step: 1, origin: 1e6 }],
    ["large and coarse", repeated([1.7e12, 1.7e12 + 2.5e6]), { step: 2.5e6, origin: 1.7e12 }],
    ["large with quarters", repeated([1e5 + 0.25, 1e5 + 0.5]), { step: 0.25, origin: 1e5 + 0.25 }],
    ["a grid finer than float32 resolves", repeated([1.7e12, 1.7e12 + 250]), null],
    ["integers, none twice", [3, 1, 4, 2], null],
    ["continuous", [0.123456789, 0.3, 1.7], null],
    ["ties on no decimal grid", [Math.PI, Math.PI, Math.E, 1], null],
    ["thirds", [1 / 3, 1 / 3, 2 / 3, 1], null],
    ["one value", [5, 5, 5], null],
    ["a single number", [5], null],
    ["nothing", [], null],
    ["too large for integers", [1e20, 1e20, 3e20], null],
  ])("%s", (_, values, expected) => {
    const grid = findGrid(values);
    if (expected === null) return expect(grid).toBeNull();
    expect(grid!.step).toBeCloseTo(expected.step, 12);
    expect(grid!.origin).toBeCloseTo(expected.origin, 6);
  });

  test("fractions of large numbers are fractions: seconds with odd parts lie on no grid", () => {
    const seconds = [0, 0.318309886, 1.7724538509].map((k) => 1.7e9 + k);
    expect(findGrid(repeated(seconds))).toBeNull();
  });
});

describe("dequantize", () => {
  const rows = {
    data: Float64Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? i : i / 10)),
    count: 1000,
    size: 3,
  };

  test("spreads evenly within the cell, and only where there is a grid", () => {
    const spread = dequantize(rows, [{ step: 1 }, {}, { step: 0.1 }], hostRandom(3));
    const noise: number[][] = [[], [], []];
    for (const [i, value] of spread.data.entries()) noise[i % 3]!.push(value - rows.data[i]!);
    expect(noise[1]!.every((value) => value === 0)).toBe(true);
    for (const [column, step] of [
      [0, 1],
      [2, 0.1],
    ] as const) {
      const shares = noise[column]!.map((value) => value / step);
      expect(shares.every((share) => Math.abs(share) <= 0.5 + 1e-9)).toBe(true);
      expect(Math.abs(mean(shares))).toBeLessThan(4 * Math.sqrt(1 / 12 / 1000));
      expect(mean(shares.map((share) => share ** 2))).toBeCloseTo(1 / 12, 2);
    }
  });

  test("returns the rows themselves where nothing lies on a grid", () => {
    expect(dequantize(rows, [{}, {}, {}], hostRandom(0))).toBe(rows);
  });
});

describe("a fit of columns on a grid", () => {
  const random = hostRandom(4);
  const integers = Array.from({ length: 800 }, () => {
    const level = Math.round(10 + 2 * random.normal());
    return [level, level / 20 + random.normal()];
  });
  const small = () => realNVP({ features: 2, layers: 2, hidden: [8] });
  const quick = { steps: 60, batchSize: 128, columns: ["level", "rest"] };

  test("is announced, and samples come back on the grid", async () => {
    const { model, notices } = await collect(small(), integers, quick);
    expect(notices).toContain('Values on a grid are spread over their cells: "level" (step 1).');
    const low = Math.min(...integers.map(([level]) => level!));
    expect(model.columns).toEqual([{ name: "level", step: 1, origin: low }, { name: "rest" }]);
    const { data } = await model.sample(500, { seed: 1 });
    const levels = data.filter((_, i) => i % 2 === 0);
    expect(levels.every(Number.isInteger)).toBe(true);
    expect(mean(levels)).toBeCloseTo(10, 0);
    expect(data.some((value, i) => i % 2 === 1 && !Number.isInteger(value))).toBe(true);
  });

  test("samples keep the offset of a grid that does not hold 0", async () => {
    const tens = integers.map(([level, rest]) => [10 * level! + 5, rest!]);
    const { data } = await (await fit(small(), tens, quick)).sample(200);
    const levels = data.filter((_, i) => i % 2 === 0);
    expect(levels.every((value) => (((value - 5) % 10) + 10) % 10 === 0)).toBe(true);
  });

  test("a grid that is given is taken, also without ties", async () => {
    const column = integers.map((_, i) => i * 0.25);
    const flow = realNVP({ features: 1, layers: 1, hidden: [4] });
    const options = { steps: 5, columns: [{ name: "at", step: 0.25 }] };
    const model = await fit(flow, column, options);
    expect(model.columns).toEqual([{ name: "at", step: 0.25 }]);
    const { data } = await model.sample(50);
    expect(data.every((value) => Number.isInteger(4 * value))).toBe(true);
  });

  test("`none` leaves the values alone", async () => {
    const { model, notices } = await collect(small(), integers, { ...quick, dequantize: "none" });
    expect(notices).toHaveLength(1);
    expect(model.columns[0]).toEqual({ name: "level" });
  });

  test("the density is per unit, whatever the step", async () => {
    // Levels 0, 20, 40, 60 with equal weights: uniform on [-10, 70], density 1 / 80.
    const column = Array.from({ length: 400 }, (_, i) => 20 * (i % 4));
    const flow = nsf({ features: 1, layers: 2, hidden: [8], bins: 8 });
    const model = await fit(flow, column, { steps: 400, learningRate: 2e-2, batchSize: 256 });
    const { logProb } = await model.evaluate(column);
    expect(logProb).toBeLessThan(-Math.log(80) + 0.02);
    expect(logProb).toBeGreaterThan(-Math.log(80) - 0.12);
  });

  test("evaluate is the mean over the cells, by hand", async () => {
    const model = new Model({
      flow: transformed({
        base: normal({ shape: [1] }),
        bijector: fixedAffine({ shift: [3], scale: [2] }),
      }),
      params: { base: {}, bijector: {} },
      columns: [{ step: 4 }],
    });
    const values = new Float64Array(4000).fill(5);
    const { logProb, standardError } = await model.evaluate(values, { seed: 2 });
    // E[-(u + 1)^2 / 2] for u uniform on [-1, 1], that is -(1 + 1/3) / 2.
    const expected = -2 / 3 - Math.log(2) - 0.5 * Math.log(2 * Math.PI);
    expect(standardError).toBeLessThan(0.015);
    expect(Math.abs(logProb - expected)).toBeLessThan(4 * standardError);
  });

  test("does not run away on tied values, as the naive fit does", async () => {
    const column = Array.from({ length: 600 }, (_, i) => i % 3);
    const flow = () => nsf({ features: 1, layers: 2, hidden: [8], bins: 8 });
    const options = { steps: 400, learningRate: 2e-2, batchSize: 256 };
    const best = async (dequantizing: "auto" | "none") => {
      const { history } = await fit(flow(), column, { ...options, dequantize: dequantizing });
      return -Math.min(...history.map(({ validation }) => validation));
    };
    // Three values with equal weights have -log 3 nats a row, if each has a cell of width 1.
    expect(await best("auto")).toBeLessThan(-Math.log(3) + 0.1);
    expect(await best("none")).toBeGreaterThan(-Math.log(3) + 1);
  });

  test("rare flags start with a sensible scale, in flows that start from data and in others", async () => {
    const rare = integers.map(([, rest], i) => [i % 400 === 399 ? 1 : 0, rest!]);
    const flows = [
      small(),
      nsf({ features: 2, layers: 2, hidden: [8], bins: 4 }),
      nice({ features: 2, layers: 2, hidden: [8] }),
    ];
    for (const flow of flows) {
      const { losses } = await collect(flow, rare, { steps: 3, batchSize: 400 });
      // A normal density costs 0.2 nats for the flag's cell and 1.4 for the other column.
      expect(losses[0]).toBeLessThan(2.5);
    }
  });
});
