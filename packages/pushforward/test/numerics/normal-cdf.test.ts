import { beforeAll, describe, expect, test } from "vitest";
import { jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { normalLogTails, normalQuantile } from "../../src/numerics/normal-cdf.ts";
import { logDensity, logPhi } from "./normal-reference.ts";
import { derivative, evaluate } from "./scalar-program.ts";

beforeAll(() => ready());

const points = [
  -1000, -100, -37.5, -13, -6, -3.2, -1.5, -0.4, -0.01, 0, 0.02, 0.7, 2.4, 5, 9, 40, 300,
];

/** Of one of the functions, the others freed. */
const part = (name: "lower" | "upper" | "logSteepness") => (z: NDArray) => {
  const tails = normalLogTails(z);
  for (const other of ["lower", "upper", "logSteepness"] as const) {
    if (other !== name) tails[other].dispose();
  }
  return tails[name];
};

const exact = {
  lower: (z: number) => logPhi(z),
  upper: (z: number) => logPhi(-z),
  logSteepness: (z: number) => logDensity(z) - logPhi(z) - logPhi(-z),
};

test("the reference is that of the tables", () => {
  expect(Math.exp(logPhi(1.96))).toBeCloseTo(0.9750021, 7);
  expect(Math.exp(logPhi(-3))).toBeCloseTo(0.00134989803, 10);
  expect(logPhi(-2.999999)).toBeCloseTo(logPhi(-3.000001), 4);
  expect(logPhi(-10)).toBeCloseTo(-53.23128515, 7);
});

describe.each(["lower", "upper", "logSteepness"] as const)("%s", (name) => {
  test("has the reference's values, to 2e-7 relative and the engine's logarithm absolute", async () => {
    const got = await evaluate(part(name), points);
    points.forEach((z, i) => {
      // The difference of doubles that logSteepness is made of loses digits of its own far out.
      const far = name === "logSteepness" ? 1e-15 * z * z : 3e-7 * Math.abs(exact[name](z));
      expect(Math.abs(got[i]! - exact[name](z)), `at ${z}`).toBeLessThan(1.5e-5 + far);
    });
  });

  test("has the slopes and bends of differences", async () => {
    const near = points.filter((z) => Math.abs(z) <= 40);
    const slope = derivative(part(name));
    const [first, second] = [await evaluate(slope, near), await evaluate(derivative(slope), near)];
    near.forEach((z, i) => {
      const at = Math.fround(z);
      const h = 1e-3 * Math.max(1, Math.abs(z) / 10);
      const [up, here, down] = [at + h, at, at - h].map(exact[name]) as [number, number, number];
      expect(Math.abs(first[i]! - (up - down) / (2 * h)), `at ${z}`).toBeLessThan(
        2e-5 * Math.max(1, Math.abs(z)),
      );
      expect(Math.abs(second[i]! - (up - 2 * here + down) / h ** 2), `at ${z}`).toBeLessThan(1e-3);
    });
  });

  test("is finite with finite derivatives however far out", async () => {
    const far = [-1e30, -1e15, -1e8, 1e8, 1e15, 1e30];
    for (const fn of [part(name), derivative(part(name)), derivative(derivative(part(name)))]) {
      expect((await evaluate(fn, far)).every(Number.isFinite)).toBe(true);
    }
  });
});

describe("the quantile", () => {
  const there = (z: NDArray) => {
    const { lower, upper, logSteepness } = normalLogTails(z);
    logSteepness.dispose();
    return normalQuantile(lower, upper);
  };

  test("undoes both tails, as far as they go", async () => {
    const all = [-1e12, -1e6, ...points, 1e4, 1e12];
    const got = await evaluate(there, all);
    all.forEach((z, i) => {
      expect(Math.abs(got[i]! - z) / Math.max(1, Math.abs(z)), `at ${z}`).toBeLessThan(3e-5);
    });
  });

  test("of doubles' logarithms is what the double-precision function comes from", async () => {
    const z = points.filter((value) => Math.abs(value) < 40);
    const quantile = jit((lower: NDArray, upper: NDArray): NDArray => normalQuantile(lower, upper));
    const tails = [z.map(logPhi), z.map((value) => logPhi(-value))].map((values) =>
      np.array(Float32Array.from(values)),
    ) as [NDArray, NDArray];
    const got = await quantile(...tails).data();
    z.forEach((value, i) => {
      expect(Math.abs(got[i]! - value), `at ${value}`).toBeLessThan(3e-5);
    });
  });

  test("has slope 1 and no bend after the function itself", async () => {
    const near = points.filter((z) => Math.abs(z) < 14);
    const slopes = await evaluate(derivative(there), near);
    const bends = await evaluate(derivative(derivative(there)), near);
    near.forEach((z, i) => {
      expect(Math.abs(slopes[i]! - 1), `at ${z}`).toBeLessThan(1e-4);
      expect(Math.abs(bends[i]!), `at ${z}`).toBeLessThan(1e-3 * Math.max(1, Math.abs(z)));
    });
  });
});
