import { expect, test } from "vitest";
import { DataError, ShapeError } from "../../../src/core/errors.ts";
import { marginalDistances } from "../../../src/evaluation/index.ts";
import { kolmogorovTail } from "../../../src/evaluation/sample-quality/kolmogorov.ts";
import { kolmogorovDistance } from "../../../src/evaluation/sample-quality/marginal-distances.ts";
import { hostRandom } from "../../../src/numerics/host-random.ts";
import { distanceToUniform, normalRows } from "./draws.ts";

test("distances computed by hand, ties among and between the two", () => {
  const distance = (a: number[], b: number[]) =>
    kolmogorovDistance(Float64Array.from(a), Float64Array.from(b));
  expect(distance([1, 2, 3], [4, 5])).toBe(1);
  expect(distance([3, 1, 2], [2.5, 0.5, 2.6, 9])).toBeCloseTo(2 / 3 - 1 / 4, 15);
  // F is 1/4, 1 at 0, 1; G is 3/4, 1.
  expect(distance([0, 1, 1, 1], [0, 0, 0, 1])).toBe(0.5);
  expect(distance([1, 1, 1], [1, 1])).toBe(0);
  expect(distance([-0, 1], [0, 1])).toBe(0);
});

test("Kolmogorov's limit has its tabulated points, and its two series meet", () => {
  expect(kolmogorovTail(1.358099)).toBeCloseTo(0.05, 6);
  expect(kolmogorovTail(1.627624)).toBeCloseTo(0.01, 6);
  expect(kolmogorovTail(0.8275736)).toBeCloseTo(0.5, 6);
  expect(kolmogorovTail(1 - 1e-9)).toBeCloseTo(kolmogorovTail(1), 8);
  expect([0, 0.05, 20].map(kolmogorovTail)).toEqual([1, 1, 0]);
});

test("p-values are those of the exact distribution: 8 values against 8, all orders alike", () => {
  // Under the null D depends on the order alone: P(D >= k / 8) by counting lattice paths.
  const n = 8;
  const within = (k: number) => {
    const paths = Array.from({ length: n + 1 }, () => new Float64Array(n + 1));
    for (let i = 0; i <= n; i++) {
      for (let j = 0; j <= n; j++) {
        if (Math.abs(i - j) >= k) continue;
        paths[i]![j] =
          i + j === 0 ? 1 : (i > 0 ? paths[i - 1]![j]! : 0) + (j > 0 ? paths[i]![j - 1]! : 0);
      }
    }
    return paths[n]![n]!;
  };
  const all = 12_870;
  const random = hostRandom(4);
  const counts = new Float64Array(n + 1);
  const draws = 4000;
  for (let draw = 0; draw < draws; draw++) {
    const values = Float64Array.from({ length: 2 * n }, () => random.uniform());
    const distance = kolmogorovDistance(values.slice(0, n), values.slice(n));
    counts[Math.round(n * distance)]! += 1;
  }
  for (let k = 2; k <= 6; k++) {
    const exact = 1 - within(k) / all;
    const seen = counts.subarray(k).reduce((sum, count) => sum + count, 0) / draws;
    // Five standard deviations: one run in two million.
    expect(Math.abs(seen - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / draws));
  }
});

test("p-values of equal distributions are uniform", () => {
  const pValues = Array.from({ length: 400 }, (_, seed) => {
    const compared = {
      data: normalRows(150, 1, 2 * seed),
      samples: normalRows(200, 1, 2 * seed + 1),
    };
    return marginalDistances(compared).pValue;
  });
  // The 0.1 % point of Kolmogorov's distance, and the steps that the discrete statistic takes.
  expect(distanceToUniform(pValues)).toBeLessThan(1.95 / Math.sqrt(400) + 0.02);
});

test("names the column that is shifted, and counts the columns in", () => {
  const data = normalRows(500, 4, 1);
  const samples = normalRows(500, 4, 2, 0.5);
  const found = marginalDistances({ data, samples });
  expect(found.worstColumn).toBe(0);
  expect(found.columns).toHaveLength(4);
  // 2 Phi(0.25) - 1 = 0.197, with a standard error of 0.03.
  expect(Math.abs(found.largest - 0.197)).toBeLessThan(0.12);
  expect(found.pValue).toBeLessThan(1e-4);
  expect(found.pValue).toBe(4 * found.columns[0]!.pValue);
  expect(found.criticalDistance).toBeCloseTo(1.358 / Math.sqrt(250), 2);
});

test("what cannot be compared is refused with the reason", () => {
  const data = normalRows(50, 2, 1);
  const compare = (samples: typeof data) => () => marginalDistances({ data, samples });
  expect(compare(normalRows(50, 3, 1))).toThrow(ShapeError);
  expect(compare(normalRows(50, 3, 1))).toThrow(/samples.*\[50, 3\].*same columns/);
  expect(compare(normalRows(19, 2, 1))).toThrow(DataError);
  expect(compare(normalRows(19, 2, 1))).toThrow(/got 19 rows, expected 20/);
  const holes = { data: Array.from(data.data).fill(Number.NaN, 7, 8), shape: data.shape };
  expect(compare(holes)).toThrow(/row 3, column 1: NaN/);
});
