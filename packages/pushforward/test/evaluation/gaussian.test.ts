import { describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { gaussianLogDensity, gaussianMle } from "../../src/evaluation/gaussian.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** Rows of `features` correlated columns. */
function correlatedRows(count: number, features: number, seed: number): Float64Array {
  const random = hostRandom(seed);
  const rows = new Float64Array(count * features);
  for (let row = 0; row < count; row++) {
    let last = 0;
    for (let i = 0; i < features; i++) {
      last = 0.6 * last + random.normal();
      rows[row * features + i] = 3 * i + last;
    }
  }
  return rows;
}

test("mean and covariance with divisor n", () => {
  const rows = Float64Array.of(0, 0, 2, 2, 4, 1);
  const { mean, covariance, ridge } = gaussianMle(rows, 3, 2);
  expect([...mean]).toEqual([2, 1]);
  expect(ridge).toBe(0);
  [8 / 3, 2 / 3, 2 / 3, 2 / 3].forEach((value, at) => {
    expect(covariance[at]).toBeCloseTo(value, 14);
  });
});

test("log-density in closed form", () => {
  const fit = gaussianMle(Float64Array.of(-2, 2), 2, 1);
  const logDensity = gaussianLogDensity(fit, Float64Array.of(0, 2, 200), 3);
  const constant = -Math.log(2) - 0.5 * Math.log(2 * Math.PI);
  expect(logDensity[0]).toBeCloseTo(constant, 14);
  expect(logDensity[1]).toBeCloseTo(constant - 0.5, 14);
  expect(logDensity[2]).toBeCloseTo(constant - 5000, 10);
});

test("the mean log-likelihood of its own rows is -log det(2 π e covariance) / 2", () => {
  const features = 7;
  const rows = correlatedRows(500, features, 0);
  const fit = gaussianMle(rows, 500, features);
  let halfLogDet = 0;
  for (let i = 0; i < features; i++) halfLogDet += Math.log(fit.cholesky[i * features + i]);
  const expected = -halfLogDet - 0.5 * features * Math.log(2 * Math.PI * Math.E);
  expect(sum(gaussianLogDensity(fit, rows, 500)) / 500).toBeCloseTo(expected, 10);
});

test("no other parameters are more likely", () => {
  const rows = correlatedRows(200, 3, 1);
  const fit = gaussianMle(rows, 200, 3);
  const best = sum(gaussianLogDensity(fit, rows, 200));
  for (const key of ["mean", "cholesky"] as const) {
    for (const step of [-1e-3, 1e-3]) {
      for (const at of key === "mean" ? [0, 1, 2] : [0, 3, 4, 6, 7, 8]) {
        const moved = { ...fit, [key]: fit[key].with(at, fit[key][at] + step) };
        expect(sum(gaussianLogDensity(moved, rows, 200))).toBeLessThan(best);
      }
    }
  }
});

test("units change the log-density by their logarithm and nothing else", () => {
  const rows = correlatedRows(300, 3, 2);
  const units = [1e-3, 1, 1e6];
  const scaled = rows.map((value, at) => value * units[at % 3] + 10 * units[at % 3]);
  const plain = gaussianLogDensity(gaussianMle(rows, 300, 3), rows, 300);
  const other = gaussianLogDensity(gaussianMle(scaled, 300, 3), scaled, 300);
  other.forEach((value, row) => {
    expect(value + Math.log(1e-3) + Math.log(1e6)).toBeCloseTo(plain[row], 8);
  });
});

test("a large offset costs no accuracy", () => {
  const rows = Float64Array.of(1e9 - 1, 1e9, 1e9 + 1);
  const { mean, covariance } = gaussianMle(rows, 3, 1);
  expect(mean[0]).toBe(1e9);
  expect(covariance[0]).toBeCloseTo(2 / 3, 12);
});

describe("singular covariances get the smallest ridge that makes them regular", () => {
  test("a duplicate column", () => {
    const single = correlatedRows(100, 1, 3);
    const rows = Float64Array.from({ length: 200 }, (_, at) => single[at >> 1]);
    const fit = gaussianMle(rows, 100, 2);
    expect(fit.ridge).toBe(1e-12);
    expect(fit.covariance[0] / fit.covariance[1]).toBeCloseTo(1, 10);
    expect(gaussianLogDensity(fit, rows, 100).every(Number.isFinite)).toBe(true);
  });

  test("a column that is the sum of others, in other units", () => {
    const rows = correlatedRows(100, 3, 4).map((value, at, all) =>
      at % 3 === 2 ? 1e6 * (all[at - 1] + all[at - 2]) : value,
    );
    const fit = gaussianMle(rows, 100, 3);
    expect(fit.ridge).toBe(1e-12);
    expect(gaussianLogDensity(fit, rows, 100).every(Number.isFinite)).toBe(true);
  });

  test("fewer rows than columns", () => {
    const fit = gaussianMle(correlatedRows(3, 10, 5), 3, 10);
    expect(fit.ridge).toBeGreaterThan(0);
    expect(fit.ridge).toBeLessThan(1e-10);
    expect(fit.cholesky.every(Number.isFinite)).toBe(true);
  });

  test("strong but regular correlation needs none", () => {
    const random = hostRandom(6);
    const rows = new Float64Array(400);
    for (let row = 0; row < 200; row++) {
      rows[2 * row] = random.normal();
      rows[2 * row + 1] = rows[2 * row] + 1e-5 * random.normal();
    }
    expect(gaussianMle(rows, 200, 2).ridge).toBe(0);
  });
});

describe("data without a density", () => {
  test.each<[string, number[], number, RegExp]>([
    ["no rows", [], 0, /0 rows/],
    ["one row", [1, 2], 1, /column 0 is constant/],
    [
      "a constant column that is not exact in binary",
      [1, 0.1, 2, 0.1, 3, 0.1],
      3,
      /column 1 is const/,
    ],
    ["NaN", [1, 2, 3, NaN], 2, /row 1, column 1 is NaN/],
    ["infinite", [1, 2, Infinity, 4], 2, /row 1, column 0 is Infinity/],
    ["values whose squares overflow", [1, 1e300, 2, -1e300], 2, /column 1 is out of range/],
    ["values whose squares underflow", [1e-300, 1, 0, 2], 2, /column 0 is out of range/],
  ])("%s", (_, rows, count, message) => {
    const fit = () => gaussianMle(Float64Array.from(rows), count, 2);
    expect(fit).toThrow(DataError);
    expect(fit).toThrow(message);
  });
});
