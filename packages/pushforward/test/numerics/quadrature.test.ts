import { describe, expect, test } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import {
  integrateDensity,
  type LogDensityEvaluator,
  type QuadratureBox,
} from "../../src/numerics/quadrature.ts";

type Density = (...x: number[]) => number;

function evaluator(logDensity: Density): LogDensityEvaluator {
  const dimensions = logDensity.length;
  return async (points, count) =>
    Float32Array.from({ length: count }, (_, row) =>
      logDensity(...points.subarray(row * dimensions, (row + 1) * dimensions)),
    );
}

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
const normal = (x: number, mean: number, scale: number) =>
  -0.5 * ((x - mean) / scale) ** 2 - Math.log(scale) - LOG_SQRT_2PI;
const logSum = (...terms: number[]) => {
  const largest = Math.max(...terms);
  if (largest === -Infinity) return largest;
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
};
const studentT3 = (x: number) =>
  Math.log(2 / (Math.PI * Math.sqrt(3))) - 2 * Math.log1p((x * x) / 3);
const cauchy = (x: number) => -Math.log(Math.PI) - Math.log1p(x * x);
const uniform = (x: number, low: number, high: number) =>
  x >= low && x < high ? -Math.log(high - low) : -Infinity;
const correlated = (x: number, y: number, correlation: number) =>
  normal(x, 0, 1) + normal(y, correlation * x, Math.sqrt(1 - correlation ** 2));

const UNIT_1D: QuadratureBox = { low: [-1], high: [1] };
const UNIT_2D: QuadratureBox = { low: [-1, -1], high: [1, 1] };

// The log-densities pass through float32, which costs up to 1e-5; the rest is the rule's error.
describe("closed forms in 1-D integrate to 1", () => {
  test.each<[string, Density, QuadratureBox]>([
    ["normal", (x) => normal(x, 0, 1), UNIT_1D],
    ["normal far to the right of the box", (x) => normal(x, 1000, 1), UNIT_1D],
    ["normal far to the left, narrow", (x) => normal(x, -50, 0.01), { low: [0], high: [1] }],
    ["very narrow normal", (x) => normal(x, 0, 1e-8), UNIT_1D],
    ["very narrow normal off centre", (x) => normal(x, 0.3, 1e-4), UNIT_1D],
    ["very wide normal", (x) => normal(x, 3e5, 1e6), UNIT_1D],
    ["box without width", (x) => normal(x, 5, 2), { low: [3], high: [3] }],
    ["two modes", (x) => logSum(normal(x, -4, 0.2), normal(x, 7, 1)) - Math.LN2, UNIT_1D],
    [
      "narrow mode on a wide one",
      (x) => logSum(normal(x, 0, 1), normal(x, 0.7311, 1e-3)) - Math.LN2,
      { low: [-2], high: [2] },
    ],
    ["uniform with jumps", (x) => uniform(x, 0.123, 0.777), { low: [0.15], high: [0.75] }],
    ["step function", (x) => logSum(uniform(x, 0, 1), uniform(x, 0.3, 9)) - Math.LN2, UNIT_1D],
    ["exponential", (x) => (x >= 0 ? -x : -Infinity), { low: [0.05], high: [3] }],
    [
      "square-root singularity",
      (x) => (x > 0 && x < 1 ? -Math.log(2) - 0.5 * Math.log(x) : -Infinity),
      { low: [0.01], high: [0.9] },
    ],
    ["Student t, 3 degrees of freedom", (x) => studentT3(x), UNIT_1D],
    ["Cauchy", (x) => cauchy(x), UNIT_1D],
    ["Cauchy, far and narrow", (x) => cauchy((x - 40) / 0.01) - Math.log(0.01), UNIT_1D],
  ])("%s", async (_, logDensity, box) => {
    const points1d: Density = (x) => logDensity(x);
    const result = await integrateDensity(evaluator(points1d), box);
    expect(Math.abs(result.integral - 1)).toBeLessThan(1e-4);
    expect(result.errorEstimate).toBeLessThan(1e-4);
    expect(result.evaluations).toBeLessThan(30_000);
  });
});

describe("closed forms in 2-D integrate to 1", () => {
  const banana: Density = (x, y) => normal(y, 0, 2) + normal(x, (y * y) / 4, 1);
  const sharpBanana: Density = (x, y) => normal(x, 0, 1) + normal(y, x * x, 0.2);
  const ring: Density = (x, y) => {
    const radius = Math.hypot(x, y);
    return radius > 0 ? normal(radius, 5, 0.1) - Math.log(2 * Math.PI * radius) : -Infinity;
  };

  test.each<[string, Density, QuadratureBox]>([
    ["normal", (x, y) => normal(x, 0, 1) + normal(y, 0, 1), UNIT_2D],
    ["normal far off, unequal scales", (x, y) => normal(x, 300, 1) + normal(y, -20, 0.01), UNIT_2D],
    ["very narrow normal", (x, y) => normal(x, 0, 1e-6) + normal(y, 0, 1e-3), UNIT_2D],
    ["scales of 1e-3 and 1e6", (x, y) => normal(x, 0, 1e-3) + normal(y, 0, 1e6), UNIT_2D],
    ["correlation 0.9", (x, y) => correlated(x, y, 0.9), UNIT_2D],
    ["correlation -0.999", (x, y) => correlated(x, y, -0.999), UNIT_2D],
    ["banana", banana, UNIT_2D],
    ["ring", ring, { low: [-5, -5], high: [5, 5] }],
    [
      "three modes",
      (x, y) =>
        logSum(
          normal(x, -3, 0.5) + normal(y, 0, 0.5),
          normal(x, 3, 0.1) + normal(y, 2, 1),
          normal(x, 0, 1) + normal(y, -6, 0.3),
        ) - Math.log(3),
      { low: [-3, -6], high: [3, 2] },
    ],
    [
      "uniform with jumps",
      (x, y) => uniform(x, 0, 1) + uniform(y, 0.1, 7),
      { low: [0.1, 1], high: [0.9, 6] },
    ],
    ["Student t, 3 degrees of freedom", (x, y) => studentT3(x) + studentT3(y), UNIT_2D],
  ])("%s", async (_, logDensity, box) => {
    const points2d: Density = (x, y) => logDensity(x, y);
    const result = await integrateDensity(evaluator(points2d), box);
    expect(Math.abs(result.integral - 1)).toBeLessThan(1e-4);
    expect(result.evaluations).toBeLessThanOrEqual(200_000);
  });

  test("sharp banana: long and thin, within the error estimate", async () => {
    const result = await integrateDensity(evaluator(sharpBanana), UNIT_2D);
    expect(Math.abs(result.integral - 1)).toBeLessThan(1e-3);
    expect(Math.abs(result.integral - 1)).toBeLessThan(result.errorEstimate);
  });

  test("uniform on a disc: jumps along a curve, within the error estimate", async () => {
    const disc: Density = (x, y) => (Math.hypot(x, y) < 1 ? -Math.log(Math.PI) : -Infinity);
    const result = await integrateDensity(evaluator(disc), UNIT_2D);
    expect(Math.abs(result.integral - 1)).toBeLessThan(1e-3);
    expect(Math.abs(result.integral - 1)).toBeLessThan(result.errorEstimate);
  });
});

describe("what is not a density", () => {
  test("a factor on the density is a factor on the integral", async () => {
    const half: Density = (x) => normal(x, 2, 3) - Math.LN2;
    const points: Density = (x) => half(x);
    expect((await integrateDensity(evaluator(points), UNIT_1D)).integral).toBeCloseTo(0.5, 4);
  });

  test("no mass anywhere gives 0", async () => {
    const nothing: Density = (_x) => -Infinity;
    expect(await integrateDensity(evaluator(nothing), UNIT_1D)).toMatchObject({ integral: 0 });
  });

  test.each([Number.NaN, Infinity])("a log-density of %f somewhere shows", async (value) => {
    const broken: Density = (x) => (x > 0.5 ? value : normal(x, 0, 1));
    const points: Density = (x) => broken(x);
    const { integral } = await integrateDensity(evaluator(points), UNIT_1D);
    expect(Number.isFinite(integral)).toBe(false);
  });
});

describe("bounds", () => {
  test("the budget holds and the error estimate admits what is missing", async () => {
    const hard: Density = (x, y) => normal(x, 0, 1) + normal(y, Math.sin(3 * x), 0.02);
    const result = await integrateDensity(evaluator(hard), UNIT_2D, { maxEvaluations: 80_000 });
    expect(result.evaluations).toBeLessThanOrEqual(80_000);
    expect(result.errorEstimate).toBeGreaterThan(Math.abs(result.integral - 1));
  });

  test("few calls", async () => {
    let calls = 0;
    const density = evaluator((x, y) => correlated(x, y, 0.9));
    await integrateDensity((points, count) => {
      calls++;
      return density(points, count);
    }, UNIT_2D);
    expect(calls).toBeLessThan(25);
  });

  test.each<[string, QuadratureBox]>([
    ["no dimension", { low: [], high: [] }],
    ["three dimensions", { low: [0, 0, 0], high: [1, 1, 1] }],
    ["bounds missing", { low: [0, 0], high: [1] }],
    ["not finite", { low: [0], high: [Infinity] }],
  ])("%s is refused", async (_, box) => {
    await expect(
      integrateDensity(
        evaluator((x) => normal(x, 0, 1)),
        box,
      ),
    ).rejects.toThrow(DomainError);
  });
});
