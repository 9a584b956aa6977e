import { describe, expect, test } from "vitest";
import { type NumberRows, nearestNeighbours } from "../../../src/evaluation/index.ts";
import { countCopies } from "../../../src/evaluation/sample-quality/count-copies.ts";
import { hypergeometricTail } from "../../../src/evaluation/sample-quality/hypergeometric.ts";
import { mannWhitney } from "../../../src/evaluation/sample-quality/mann-whitney.ts";
import { hostRandom } from "../../../src/numerics/host-random.ts";
import { normalRows } from "./draws.ts";

const training = normalRows(300, 3, 1);
const heldOut = normalRows(200, 3, 2);

/** Fresh rows, the first so many of which are training rows, moved a little. */
function partlyCopied(copies: number, noise: number): NumberRows {
  const random = hostRandom(7);
  const { data, shape } = normalRows(200, 3, 3);
  const mixed = Array.from(data, (value, i) =>
    i < 3 * copies ? training.data[i]! + noise * random.normal() : value,
  );
  return { data: mixed, shape };
}

test("fresh samples are as near as rows held out", async () => {
  const found = await nearestNeighbours({ training, heldOut, samples: normalRows(200, 3, 3) });
  expect(found.pValue).toBeGreaterThan(0.001);
  // Standard errors: 0.03 and 0.02.
  expect(Math.abs(found.nearerShare - 0.5)).toBeLessThan(0.12);
  expect(Math.abs(found.nearestShare - 0.05)).toBeLessThan(0.08);
  expect(Math.abs(found.medianRatio! - 1)).toBeLessThan(0.3);
  expect(found.copyShares).toEqual({ samples: 0, heldOut: 0 });
});

test("distances are those of a direct search, in any order", async () => {
  const found = await nearestNeighbours({ training, heldOut: training, samples: heldOut });
  expect(found.distances.heldOut).toEqual(new Array(300).fill(0));
  expect(found.medianRatio).toBeNull();
  expect(found.distances.samples.every((distance) => distance > 0)).toBe(true);
  // One column and quartiles 1.349 apart: the scale is 1, the middle 0.
  const line = { data: Array.from({ length: 21 }, (_, i) => (i - 10) * 0.1349), shape: [21, 1] };
  const far = { data: new Array(20).fill(Math.sinh(4)), shape: [20, 1] };
  const single = await nearestNeighbours({ training: line, heldOut: far, samples: far });
  expect(single.distances.samples[0]).toBeCloseTo(4 - Math.asinh(1.349), 12);
});

describe("a model that remembers is found", () => {
  test("samples that are copies", async () => {
    const found = await nearestNeighbours({ training, heldOut, samples: partlyCopied(200, 0) });
    expect(found.copyShares.samples).toBe(1);
    expect(found.medianRatio).toBe(0);
    expect(found.pValue).toBeLessThan(1e-20);
  });

  test("copies in 32 bits are copies", async () => {
    const samples = { data: Float32Array.from(training.data), shape: training.shape };
    expect((await nearestNeighbours({ training, heldOut, samples })).copyShares.samples).toBe(1);
  });

  test("samples that are nearly copies", async () => {
    const found = await nearestNeighbours({ training, heldOut, samples: partlyCopied(200, 0.02) });
    expect(found.copyShares.samples).toBe(0);
    expect(found.nearerShare).toBeGreaterThan(0.95);
    expect(found.pValue).toBeLessThan(1e-20);
  });

  test("a fifth of them nearly copies, by the nearest distances", async () => {
    const found = await nearestNeighbours({ training, heldOut, samples: partlyCopied(40, 0.01) });
    expect(found.nearestShare).toBeGreaterThan(0.15);
    expect(found.pValue).toBeLessThan(0.001);
  });
});

test("equal rows of columns whose values repeat are no memorisation", async () => {
  const random = hostRandom(11);
  const dice = (count: number) => ({
    data: Array.from({ length: 2 * count }, () => random.integer(6)),
    shape: [count, 2],
  });
  const rows = { training: dice(500), heldOut: dice(300), samples: dice(300) };
  const found = await nearestNeighbours(rows);
  expect(found.copyShares).toEqual({ samples: 1, heldOut: 1 });
  expect(found.pValue).toBe(1);
});

test("p-values of fresh samples are not too small", async () => {
  const runs = 200;
  const pValues: number[] = [];
  for (let seed = 0; seed < runs; seed++) {
    const [a, b, c] = [50, 30, 40].map((count, i) => normalRows(count, 2, 3 * seed + i));
    pValues.push((await nearestNeighbours({ training: a!, heldOut: b!, samples: c! })).pValue);
  }
  for (const level of [0.05, 0.2]) {
    const share = pValues.filter((p) => p <= level).length / runs;
    // Four standard deviations: one run in 30,000.
    expect(share).toBeLessThan(level + 4 * Math.sqrt((level * (1 - level)) / runs));
  }
});

test("the tail of the hypergeometric distribution, by hand", () => {
  // 2 of 3 and 2: C(3, 2) / C(5, 2) = 0.3, C(3, 1) C(2, 1) / C(5, 2) = 0.6.
  expect(hypergeometricTail(2, 2, 3, 2)).toBeCloseTo(0.3, 12);
  expect(hypergeometricTail(1, 2, 3, 2)).toBeCloseTo(0.9, 12);
  expect(hypergeometricTail(0, 2, 3, 2)).toBeCloseTo(1, 12);
  expect(hypergeometricTail(0, 0, 3, 2)).toBe(1);
});

test("Mann and Whitney's share counts pairs, ties half, and its p-value their spread", () => {
  const { share, pValue } = mannWhitney([1, 2, 2, 7], [2, 9, 0]);
  expect(share).toBeCloseTo((2 + 4 + 0) / 12, 12);
  expect(pValue).toBeCloseTo(0.5, 12);
  expect(mannWhitney([1, 1], [1, 1, 1])).toEqual({ share: 0.5, pValue: 1 });
  // Without ties the variance is (m + n + 1) / (12 m n): here z = 0.5 / 0.1323 = 3.780.
  const [low, high] = [0, 10].map((from) => Array.from({ length: 10 }, (_, i) => from + i));
  expect(mannWhitney(low!, high!).pValue).toBeCloseTo(7.85e-5, 6);
});

test("copies are counted in the columns whose values rarely repeat; the two zeros are one", () => {
  const rows = (...list: readonly number[][]) => ({
    data: Float64Array.from(list.flat()),
    count: list.length,
    size: 2,
  });
  const training = rows([0, 1], [0.1, 1], [2, 1], [3, 1]);
  const copies = countCopies(training, {
    some: rows([-0, 7], [Math.fround(0.1), 7], [2.5, 1]),
    none: rows([1, 1]),
  });
  expect(copies).toEqual({ some: 2, none: 0 });
});
