import { describe, expect, test } from "vitest";
import { correlationDifference, type NumberRows } from "../../../src/evaluation/index.ts";
import { midranks } from "../../../src/evaluation/sample-quality/ranks.ts";
import { spearmanError } from "../../../src/evaluation/sample-quality/spearman-error.ts";
import { studentTail } from "../../../src/evaluation/sample-quality/student-tail.ts";
import { hostRandom } from "../../../src/numerics/host-random.ts";
import { normalRows } from "./draws.ts";

/** Normal rows of two columns with a correlation. */
function correlated(count: number, correlation: number, seed: number): NumberRows {
  const { data, shape } = normalRows(count, 2, seed);
  const rest = Math.sqrt(1 - correlation ** 2);
  const mixed = Array.from(data, (value, i) =>
    i % 2 === 0 ? value : correlation * data[i - 1]! + rest * value,
  );
  return { data: mixed, shape };
}

test("midranks share the mean of tied ranks", () => {
  expect(Array.from(midranks(Float64Array.of(5, -1, 5, 0, -0)))).toEqual([4.5, 1, 4.5, 2.5, 2.5]);
});

describe("differences of correlations", () => {
  test("are those of a direct computation", () => {
    const [x, y] = [
      [1, 2, 4, 8, 16],
      [3, 1, 2, 9, 4],
    ];
    const repeated = Array.from({ length: 20 }, (_, i) => [x![i % 5]!, y![i % 5]!]);
    const flat = Array.from({ length: 20 }, (_, i) => [i % 4, Math.floor(i / 4)]);
    const found = correlationDifference({
      data: { data: flat.flat(), shape: [20, 2] },
      samples: { data: repeated.flat(), shape: [20, 2] },
    });
    const pearson = (a: number[], b: number[]) => {
      const centre = (values: number[]) =>
        values.map((value) => value - values.reduce((sum, v) => sum + v, 0) / values.length);
      const [u, v] = [centre(a), centre(b)];
      const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
      return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
    };
    // The data are a grid, without correlation.
    expect(found.pearson.differences[0]![1]).toBeCloseTo(pearson(x!, y!), 12);
    expect(found.spearman.differences[1]![0]).toBeCloseTo(
      pearson([1, 2, 3, 4, 5], [3, 1, 2, 5, 4]),
      12,
    );
    expect(found.spearman.pair).toEqual([0, 1]);
    expect(found.spearman.rootMeanSquare).toBeCloseTo(found.spearman.largest, 12);
  });

  test("name the pair, and are found where each column alone is right", () => {
    const wide = (correlation: number, seed: number) => {
      const pairs = correlated(600, correlation, seed).data;
      const other = normalRows(600, 1, seed + 10).data;
      const data = Array.from({ length: 600 }, (_, i) => [
        pairs[2 * i]!,
        other[i]!,
        pairs[2 * i + 1]!,
      ]);
      return { data: data.flat(), shape: [600, 3] };
    };
    const found = correlationDifference({ data: wide(0.8, 1), samples: wide(0.4, 2) });
    expect(found.spearman.pair).toEqual([0, 2]);
    expect(found.pearson.pair).toEqual([0, 2]);
    // Of 0.4, with a standard error of 0.04.
    expect(Math.abs(found.pearson.largest - 0.4)).toBeLessThan(0.16);
    expect(found.pValue).toBeLessThan(1e-6);
  });

  test("leave constant columns out, and with no pair left say nothing", () => {
    const { data } = normalRows(40, 3, 1);
    const constant = Array.from(data, (value, i) => (i % 3 === 1 ? 7 : value));
    const found = correlationDifference({
      data: normalRows(40, 3, 2),
      samples: { data: constant, shape: [40, 3] },
    });
    expect(found.constantColumns).toEqual([1]);
    expect(found.spearman.differences[1]).toEqual([null, null, null]);
    expect(found.spearman.pair).toEqual([0, 2]);
    const one = correlationDifference({
      data: normalRows(40, 1, 2),
      samples: normalRows(40, 1, 3),
    });
    expect(one.spearman).toMatchObject({ largest: 0, pair: null, rootMeanSquare: 0 });
    expect(one.pValue).toBe(1);
  });

  test("of columns that are equal in both are no difference", () => {
    const twice = (seed: number) => {
      const { data } = normalRows(30, 1, seed);
      return { data: Array.from(data, (value) => [value, value]).flat(), shape: [30, 2] };
    };
    const found = correlationDifference({ data: twice(1), samples: twice(2) });
    expect(found.spearman.largest).toBeCloseTo(0, 12);
    expect(found.pValue).toBeCloseTo(1, 3);
  });
});

describe("the standard error of Spearman's correlation is the spread of estimates", () => {
  const random = hostRandom(3);
  const dependences: Record<string, () => [number, number]> = {
    independent: () => [random.normal(), random.normal()],
    linear: () => {
      const x = random.normal();
      return [x, 0.9 * x + 0.4 * random.normal()];
    },
    "a parabola": () => {
      const x = random.normal();
      return [x, x * x + 0.1 * random.normal()];
    },
    "tied in part": () => {
      const x = random.integer(4);
      return [x, x + random.integer(3)];
    },
  };
  test.each(Object.entries(dependences))("%s", (_, draw) => {
    const estimates: number[] = [];
    let errors = 0;
    for (let run = 0; run < 400; run++) {
      const rows = Array.from({ length: 200 }, draw);
      const [u, v] = [0, 1].map((column) =>
        midranks(Float64Array.from(rows, (row) => row[column]!)).map(
          (rank) => (rank - 100.5) / 200,
        ),
      );
      const dot = (p: Float64Array, q: Float64Array) =>
        p.reduce((sum, value, i) => sum + value * q[i]!, 0);
      estimates.push(dot(u!, v!) / Math.sqrt(dot(u!, u!) * dot(v!, v!)));
      errors += spearmanError(u!, v!) / 400;
    }
    const mean = estimates.reduce((sum, value) => sum + value / 400, 0);
    const spread = Math.sqrt(estimates.reduce((sum, r) => sum + (r - mean) ** 2 / 399, 0));
    // The spread is known to 3.5 %; ties and 200 rows add some bias.
    expect(Math.abs(errors / spread - 1)).toBeLessThan(0.16);
  });
});

test.each([
  [10, 2.2281, 0.05],
  [10, 4.5869, 0.001],
  [18, 2.1009, 0.05],
  [18, -3.9216, 0.001],
  [40, 3.551, 0.001],
  [1e6, 3.2905, 0.001],
])("Student's tail has its tabulated points: %d degrees, %d", (degrees, t, probability) => {
  expect(Math.abs(studentTail(t, degrees) / probability - 1)).toBeLessThan(0.025);
});

test("p-values of 20 rows are Student's, above those of a normal distribution", () => {
  const flat = Array.from({ length: 20 }, (_, i) => [i % 4, Math.floor(i / 4)]);
  const orders = [
    [1, 3],
    [2, 1],
    [3, 2],
    [4, 5],
    [5, 4],
  ];
  const found = correlationDifference({
    data: { data: flat.flat(), shape: [20, 2] },
    samples: { data: [orders, orders, orders, orders].flat(2), shape: [20, 2] },
  });
  // Correlations 0 and 0.6, both with the variance 1.06 / 17: t = 1.9628 with 36 degrees, z gives 0.0497.
  expect(found.spearman.largest).toBeCloseTo(0.6, 12);
  expect(found.pValue).toBeCloseTo(0.0574, 4);
});

test("p-values of equal distributions are not too small", () => {
  const runs = 300;
  const pValues = Array.from(
    { length: runs },
    (_, seed) =>
      correlationDifference({
        data: correlated(60, 0.7, 2 * seed),
        samples: correlated(80, 0.7, 2 * seed + 1),
      }).pValue,
  );
  for (const level of [0.05, 0.2, 0.5]) {
    const share = pValues.filter((p) => p <= level).length / runs;
    // Four standard deviations: one run in 30,000 for each.
    expect(share).toBeLessThan(level + 4 * Math.sqrt((level * (1 - level)) / runs));
    expect(share).toBeGreaterThan(level / 2 - 0.02);
  }
});
