import { beforeAll, describe, expect, test } from "vitest";
import { ready } from "../../src/engine/index.ts";
import { logGamma, logGammaHalfStep } from "../../src/numerics/log-gamma.ts";
import { derivative, evaluate } from "./scalar-program.ts";

beforeAll(() => ready());

describe("on the host", () => {
  test("factorials and Gamma(1/2) = sqrt(pi)", () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 12);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
  });

  test("duplication: Gamma(x) Gamma(x + 1/2) = 2^(1 - 2x) sqrt(pi) Gamma(2x)", () => {
    for (const x of [1e-3, 0.17, 0.9, 3.3, 12.1, 480.25, 1e5]) {
      const right = (1 - 2 * x) * Math.LN2 + 0.5 * Math.log(Math.PI) + logGamma(2 * x);
      const error = Math.abs(logGamma(x) + logGamma(x + 0.5) - right);
      expect(error / Math.max(1, Math.abs(right))).toBeLessThan(1e-14);
    }
  });
});

describe("half a step", () => {
  const exact = (a: number) => logGamma(a + 0.5) - logGamma(a) - 0.5 * Math.log(a);
  const points = [0.05, 0.11, 0.5, 1, 1.7, 2.5, 4, 11, 60, 500];

  test("is the difference of log-gammas, also where float32 would lose it", async () => {
    const all = [...points, 1e5];
    const got = await evaluate(logGammaHalfStep, all);
    all.forEach((a, i) => {
      expect(Math.abs(got[i]! - exact(Math.fround(a))), `at ${a}`).toBeLessThan(1e-5);
    });
    const [far, farther] = await evaluate(logGammaHalfStep, [1e20, 1e30]);
    expect(Math.abs(far!) + Math.abs(farther!)).toBeLessThan(1e-20);
  });

  test("has the slopes of differences", async () => {
    const got = await evaluate(derivative(logGammaHalfStep), points);
    points.forEach((a, i) => {
      const h = 1e-4 * a;
      const at = Math.fround(a);
      const slope = (exact(at + h) - exact(at - h)) / (2 * h);
      expect(Math.abs(got[i]! - slope) / Math.max(1, Math.abs(slope)), `at ${a}`).toBeLessThan(
        1e-5,
      );
    });
  });
});
