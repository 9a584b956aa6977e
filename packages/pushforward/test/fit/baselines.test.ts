import {
  DataError,
  fit,
  fitGaussian,
  fitGaussianMixture,
  load,
  type Rows,
  realNVP,
  ShapeError,
} from "pushforward";
import { describe, expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { collect, rejection } from "../support/collect.ts";
import { correlatedNormal, mean } from "../support/draws.ts";

const rows = correlatedNormal(400, 1).map(([a, b]) => [1000 + 50 * a!, 0.01 * b! - 3]);

/** Two clusters far apart. */
function clusters(count: number, seed: number): number[][] {
  const random = hostRandom(seed);
  return Array.from({ length: count }, () => {
    const centre = random.uniform() < 0.4 ? -10 : 10;
    return [centre + random.normal(), 3 - centre + random.normal()];
  });
}

describe("fitGaussian", () => {
  test("is the closed form: maximum-likelihood mean and covariance", async () => {
    const train = rows.slice(0, 300);
    const model = await fitGaussian(train, { validation: rows.slice(300) });
    const centre = [0, 1].map((j) => mean(train.map((row) => row[j]!)));
    const covariance = (i: number, j: number) =>
      mean(train.map((row) => (row[i]! - centre[i]!) * (row[j]! - centre[j]!)));
    const [xx, xy, yy] = [covariance(0, 0), covariance(0, 1), covariance(1, 1)];
    const determinant = xx * yy - xy * xy;
    const logProb = ([x, y]: readonly number[]) => {
      const [dx, dy] = [x! - centre[0]!, y! - centre[1]!];
      const distance = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      return -0.5 * distance - Math.log(2 * Math.PI) - 0.5 * Math.log(determinant);
    };
    const values = await model.logProb(rows);
    for (const [i, row] of rows.entries()) {
      expect(Math.abs(values[i]! - logProb(row))).toBeLessThan(2e-3);
    }
    const draws = await model.sample(4000, { seed: 1 });
    const drawn = mean(draws.data.filter((_, i) => i % 2 === 0));
    expect(Math.abs(drawn - centre[0]!)).toBeLessThan((4 * Math.sqrt(xx)) / Math.sqrt(4000));
  });

  test("trains on the rows that fit trains on", async () => {
    const options = { seed: 3, validation: 0.2 };
    const flow = () => realNVP({ features: 2, layers: 1, hidden: [4] });
    const firstLoss = async (data: number[][]) =>
      (await collect(flow(), data, { ...options, steps: 1, batchSize: 10_000 })).losses[0];
    const gaussian = async (data: number[][]) =>
      [...(await (await fitGaussian(data, options)).toBytes())].join();
    /** Rows whose place does not matter: those held out. */
    async function unused(result: (data: number[][]) => Promise<unknown>): Promise<number[]> {
      const before = await result(rows);
      const found: number[] = [];
      for (let moved = 0; moved < 20; moved++) {
        const data = rows.map((row, i) => (i === moved ? [row[0]! + 7, row[1]!] : row));
        if ((await result(data)) === before) found.push(moved);
      }
      return found;
    }
    const heldOut = await unused(firstLoss);
    expect(heldOut.length).toBeGreaterThan(0);
    expect(heldOut.length).toBeLessThan(20);
    expect(await unused(gaussian)).toEqual(heldOut);
  });

  test("works on one column, given flat, and on a column of integers", async () => {
    const column = rows.map(([x]) => Math.round(x!));
    const model = await fitGaussian(column, { columns: ["x"] });
    expect(model.shape).toEqual([1]);
    expect(model.columns[0]).toMatchObject({ name: "x", step: 1 });
    const { data } = await model.sample(20);
    expect(data.every(Number.isInteger)).toBe(true);
    const { logProb } = await model.evaluate(column);
    expect(logProb).toBeCloseTo(-Math.log(50) - 0.5 * Math.log(2 * Math.PI * Math.E), 1);
  });

  test("is saved and loaded", async () => {
    const model = await fitGaussian(rows);
    const loaded = await load(await model.toBytes());
    expect(await loaded.logProb(rows)).toEqual(await model.logProb(rows));
    expect(loaded.flowName).toBe("gaussian");
    expect((await loaded.check(rows)).ok).toBe(true);
  });

  test("refuses what fit refuses", async () => {
    for (const data of [[], [[1, 2]], rows.map(([x]) => [x!, 1]), [[1, Number.NaN]]]) {
      expect(await rejection(fitGaussian(data))).toBeInstanceOf(DataError);
      expect(await rejection(fitGaussianMixture(data))).toBeInstanceOf(DataError);
    }
  });
});

describe("rows are read as fit reads them", () => {
  test("in every form", async () => {
    const column = rows.map(([x]) => x!);
    const expected = await (await fitGaussian(column)).toBytes();
    const forms: Rows[] = [
      column.map((x) => [x]),
      { data: column, shape: [400] },
      { data: Float64Array.from(column), shape: [400, 1] },
    ];
    for (const form of forms) expect(await (await fitGaussian(form)).toBytes()).toEqual(expected);
  });

  test.each<[unknown, string, new (message: string) => Error]>([
    [null, "fit: got null, expected rows", DataError],
    [7, "fit: got number, expected rows", DataError],
    [{}, "fit: got object, expected rows", DataError],
    [[null], "fit: row 0, column 0: null is not a finite number", DataError],
    [["abc"], 'fit: row 0, column 0: "abc" is not a finite number', DataError],
    [[[]], "fit: row 0 has 0 numbers", ShapeError],
    [{ data: [1, 2] }, "fit: got data of no shape", ShapeError],
    [{ data: [1, 2, 3, 4], shape: [1, 2, 2] }, "density of vectors", ShapeError],
  ])("%o is refused", async (bad, message, type) => {
    for (const baseline of [fitGaussian, fitGaussianMixture]) {
      const error = await rejection(baseline(bad as Rows));
      expect(error).toBeInstanceOf(type);
      expect(error.message).toContain(message);
    }
  });
});

describe("fitGaussianMixture", () => {
  test("beats the Gaussian on two clusters, and finds their density", async () => {
    const data = clusters(600, 1);
    const fresh = clusters(1000, 2);
    const gaussian = await (await fitGaussian(data)).evaluate(fresh);
    const mixture = await fitGaussianMixture(data);
    const { logProb } = await mixture.evaluate(fresh);
    expect(logProb).toBeGreaterThan(gaussian.logProb + 0.5);
    const half = (centre: number, weight: number, [x, y]: number[]) =>
      (weight * Math.exp(-0.5 * ((x! - centre) ** 2 + (y! - 3 + centre) ** 2))) / (2 * Math.PI);
    const truth = mean(fresh.map((row) => Math.log(half(-10, 0.4, row) + half(10, 0.6, row))));
    expect(Math.abs(logProb - truth)).toBeLessThan(0.05);
    expect(mixture.flowName).toBe("gaussian mixture (k = 2)");
    const { data: draws } = await mixture.sample(2000, { seed: 1 });
    const left = draws.filter((value, i) => i % 2 === 0 && value < 0).length / 2000;
    expect(Math.abs(left - 0.4)).toBeLessThan(0.05);
    expect((await mixture.check(fresh)).ok).toBe(true);
  });

  test("is one component where one is all there is", async () => {
    const model = await fitGaussianMixture(correlatedNormal(300, 4), { maxComponents: 1 });
    const gaussian = await fitGaussian(correlatedNormal(300, 4));
    const fresh = correlatedNormal(200, 5);
    const mixed = await model.logProb(fresh);
    const plain = await gaussian.logProb(fresh);
    for (const [i, value] of plain.entries()) expect(mixed[i]).toBeCloseTo(value, 3);
  });

  test("repeats itself with a seed", async () => {
    const data = clusters(200, 3);
    const [first, again] = [await fitGaussianMixture(data), await fitGaussianMixture(data)];
    expect(await again.toBytes()).toEqual(await first.toBytes());
  });
});

test("all three are judged in the same units: a flow and its baselines agree on a Gaussian", async () => {
  const fresh = correlatedNormal(1000, 9).map(([a, b]) => [1000 + 50 * a!, 0.01 * b! - 3]);
  const flow = await fit(realNVP({ features: 2, layers: 2, hidden: [8] }), rows, {
    steps: 300,
    learningRate: 1e-2,
  });
  const scores = await Promise.all(
    [flow, await fitGaussian(rows), await fitGaussianMixture(rows)].map((one) =>
      one.evaluate(fresh),
    ),
  );
  for (const { logProb } of scores)
    expect(Math.abs(logProb - scores[1]!.logProb)).toBeLessThan(0.1);
});
