import { beforeAll, expect, test } from "vitest";
import { ready } from "../../src/engine/index.ts";
import { lambertW } from "../../src/numerics/lambert-w.ts";
import { derivative, evaluate } from "./scalar-program.ts";

beforeAll(() => ready());

const roots = [0, 1e-12, 1e-5, 0.003, 0.1, 0.4, 0.5671433, 1, 1.7, 3, 6, 12, 25, 50, 80];
const values = roots.map((w) => w * Math.exp(w));

test("w exp(w) comes from w", async () => {
  const got = await evaluate(lambertW, values);
  roots.forEach((w, i) => {
    expect(Math.abs(got[i]! - w) / Math.max(1, w), `at ${w}`).toBeLessThan(2e-6);
  });
});

test("small ones keep their digits", async () => {
  const [got] = await evaluate(lambertW, [1e-6]);
  expect(got! / (1e-6 * (1 - 1e-6))).toBeCloseTo(1, 4);
});

test("has the slopes and bends of its equation", async () => {
  const slope = derivative(lambertW);
  const [first, second] = [
    await evaluate(slope, values),
    await evaluate(derivative(slope), values),
  ];
  roots.forEach((w, i) => {
    const expected = Math.exp(-w) / (1 + w);
    const bend = (-Math.exp(-2 * w) * (w + 2)) / (1 + w) ** 3;
    expect(Math.abs(first[i]! / expected - 1), `slope at ${w}`).toBeLessThan(2e-4);
    if (w < 30) expect(Math.abs(second[i]! / bend - 1), `bend at ${w}`).toBeLessThan(2e-4);
  });
});

test("is finite up to the largest argument", async () => {
  for (const fn of [lambertW, derivative(lambertW)]) {
    expect((await evaluate(fn, [1e37, 3e38])).every(Number.isFinite)).toBe(true);
  }
});
