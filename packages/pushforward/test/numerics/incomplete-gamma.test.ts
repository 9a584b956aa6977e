import { describe, expect, test } from "vitest";
import { hostNormalCdf } from "../../src/numerics/host-normal-cdf.ts";
import { regularizedGamma } from "../../src/numerics/incomplete-gamma.ts";
import { logPhi } from "./normal-reference.ts";

const relative = (got: number, expected: number) => Math.abs(got / expected - 1);

describe("the regularised incomplete gamma functions", () => {
  test("of a = 1 are those of the exponential distribution, in both tails", () => {
    for (const x of [1e-12, 0.3, 1, 1.99, 2.01, 7, 40, 600]) {
      const { lower, upper } = regularizedGamma(1, x);
      expect(relative(lower, -Math.expm1(-x))).toBeLessThan(1e-13);
      expect(relative(upper, Math.exp(-x))).toBeLessThan(1e-12);
    }
  });

  test("of a whole a are sums of Poisson probabilities: Q(a, x) = P(N < a)", () => {
    for (const [a, x] of [
      [2, 0.1],
      [5, 5],
      [30, 21],
      [100, 130],
    ] as const) {
      let term = Math.exp(-x);
      let sum = 0;
      for (let k = 0; k < a; k++) {
        sum += term;
        term *= x / (k + 1);
      }
      expect(relative(regularizedGamma(a, x).upper, sum)).toBeLessThan(1e-11);
    }
  });

  test("have the tabulated 5 % points of chi-square", () => {
    for (const [degrees, point] of [
      [1, 3.841458820694124],
      [10, 18.307038053275146],
      [100, 124.34211340400407],
    ] as const) {
      expect(regularizedGamma(degrees / 2, point / 2).upper).toBeCloseTo(0.05, 11);
    }
  });

  test("meet where the formulas change, also of a large", () => {
    for (const a of [0.5, 3, 1000, 20_000]) {
      const [before, after] = [a + 1 - 1e-9, a + 1 + 1e-9].map((x) => regularizedGamma(a, x));
      expect(Math.abs(before!.lower - after!.lower)).toBeLessThan(1e-8);
      expect(before!.lower + before!.upper).toBeCloseTo(1, 14);
    }
  });

  test("end at 0 and 1; NaN stays NaN", () => {
    expect(regularizedGamma(3, 0)).toEqual({ lower: 0, upper: 1 });
    expect(regularizedGamma(3, Infinity)).toEqual({ lower: 1, upper: 0 });
    expect(regularizedGamma(3, 1e300)).toEqual({ lower: 1, upper: 0 });
    expect(regularizedGamma(3, Number.NaN).lower).toBeNaN();
  });
});

describe("Phi on the host", () => {
  test("is that of an independent formula, relative to the tail", () => {
    for (const z of [-30, -9, -3.1, -1.2, -1e-9, 0, 0.4, 2.5, 6]) {
      expect(relative(hostNormalCdf(z), Math.exp(logPhi(z)))).toBeLessThan(1e-11);
    }
  });

  test("ends at 0 and 1", () => {
    expect([-Infinity, -100, 100, Infinity].map(hostNormalCdf)).toEqual([0, 0, 1, 1]);
    expect(hostNormalCdf(Number.NaN)).toBeNaN();
  });
});
