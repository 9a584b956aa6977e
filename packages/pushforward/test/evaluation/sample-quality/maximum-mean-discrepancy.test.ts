import { expect, test } from "vitest";
import { DomainError } from "../../../src/core/errors.ts";
import { maximumMeanDiscrepancy, type NumberRows } from "../../../src/evaluation/index.ts";
import { distanceToUniform, normalRows } from "./draws.ts";

const rowOf = ({ data, shape }: NumberRows, row: number) =>
  Array.from({ length: shape[1]! }, (_, column) => data[row * shape[1]! + column]!);

/** The definition, pair by pair, of rows that are scaled already. */
function direct(x: number[][], y: number[][]): number {
  const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!));
  const all = [...x, ...y];
  const distances = all.flatMap((a, i) => all.slice(0, i).map((b) => distance(a, b)));
  const median = distances.toSorted((a, b) => a - b)[distances.length >> 1]!;
  const kernel = (a: number[], b: number[]) =>
    [0.25, 0.5, 1, 2, 4].reduce(
      (sum, multiple) =>
        sum + Math.exp(-(distance(a, b) ** 2) / (2 * (multiple * median) ** 2)) / 5,
      0,
    );
  const mean = (a: number[][], b: number[][]) => {
    const pairs = a.flatMap((p, i) => b.flatMap((q, j) => (a === b && i === j ? [] : [[p, q]])));
    return pairs.reduce((sum, [p, q]) => sum + kernel(p!, q!), 0) / pairs.length;
  };
  return mean(x, x) + mean(y, y) - 2 * mean(x, y);
}

const listOf = (rows: NumberRows) =>
  Array.from({ length: rows.shape[0]! }, (_, row) => rowOf(rows, row));

/** By the median and the quartiles of all rows, column by column. */
function scaled(rows: number[][], all: number[][]): number[][] {
  const scales = all[0]!.map((_, column) => {
    const sorted = all.map((row) => row[column]!).toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (all.length - 1))]!;
    return { middle: at(0.5), scale: (at(0.75) - at(0.25)) / 1.349 };
  });
  return rows.map((row) =>
    row.map((value, column) =>
      Math.asinh((value - scales[column]!.middle) / scales[column]!.scale),
    ),
  );
}

test("is the sum over all pairs of the definition", async () => {
  const data = normalRows(25, 3, 1);
  const samples = normalRows(32, 3, 2, 1);
  const { squared, rows } = await maximumMeanDiscrepancy({ data, samples }, { permutations: 1 });
  // Kernels are kept in 32 bits.
  const [x, y] = [listOf(data), listOf(samples)];
  const all = [...x, ...y];
  expect(squared).toBeCloseTo(direct(scaled(x, all), scaled(y, all)), 6);
  expect(rows).toEqual({ data: 25, samples: 32 });
});

test("neither side decides the scale: exchanged, they are as far apart", async () => {
  const [data, samples] = [normalRows(30, 2, 1), normalRows(40, 2, 2, 3)];
  const there = await maximumMeanDiscrepancy({ data, samples }, { permutations: 1 });
  const back = await maximumMeanDiscrepancy({ data: samples, samples: data }, { permutations: 1 });
  expect(back.squared).toBeCloseTo(there.squared, 10);
});

test("p-values of equal distributions are uniform", async () => {
  const pValues: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const compared = {
      data: normalRows(20, 2, 2 * seed),
      samples: normalRows(25, 2, 2 * seed + 1),
    };
    pValues.push((await maximumMeanDiscrepancy(compared, { seed, permutations: 99 })).pValue);
  }
  // The 0.1 % point of Kolmogorov's distance, and a step of the p-value.
  expect(distanceToUniform(pValues)).toBeLessThan(1.95 / Math.sqrt(200) + 0.01);
});

test("finds a shift and a scale, and repeats itself", async () => {
  const data = normalRows(150, 2, 1);
  const shifted = await maximumMeanDiscrepancy({ data, samples: normalRows(150, 2, 2, 1) });
  expect(shifted.pValue).toBe(0.001);
  const narrow = normalRows(150, 2, 2);
  const samples = { data: Array.from(narrow.data, (value) => value / 2), shape: narrow.shape };
  const found = await maximumMeanDiscrepancy({ data, samples }, { seed: 5, permutations: 99 });
  expect(found.pValue).toBe(0.01);
  expect(await maximumMeanDiscrepancy({ data, samples }, { seed: 5, permutations: 99 })).toEqual(
    found,
  );
});

test("of rows that are all the same it is 0, with p = 1", async () => {
  const same = { data: new Float64Array(60).fill(3), shape: [30, 2] };
  const found = await maximumMeanDiscrepancy({ data: same, samples: same }, { permutations: 9 });
  expect(found.squared).toBeCloseTo(0, 12);
  expect(found.pValue).toBe(1);
});

test("looks at 1000 rows of each at most", async () => {
  const data = normalRows(1100, 1, 1);
  const found = await maximumMeanDiscrepancy({ data, samples: data }, { permutations: 1 });
  expect(found.rows).toEqual({ data: 1000, samples: 1000 });
});

test("a number of permutations that is none is refused", async () => {
  const data = normalRows(30, 1, 1);
  const attempt = maximumMeanDiscrepancy({ data, samples: data }, { permutations: 0 });
  await expect(attempt).rejects.toBeInstanceOf(DomainError);
});
