import { describe, expect, test } from "vitest";
import { DomainError } from "../../../src/core/errors.ts";
import { classifierTwoSampleTest } from "../../../src/evaluation/index.ts";
import { hostNormalCdf } from "../../../src/numerics/host-normal-cdf.ts";
import { isBesideOnnx } from "../../support/engines.ts";
import { normalRows } from "./draws.ts";

/** Networks take their time: once, on the faster engine, is enough. */
const once = test.skipIf(isBesideOnnx);

describe("the accuracy on two normal distributions at distance s is near the best, Phi(s / 2)", () => {
  once.each([
    [1, 1, 400],
    [2, 2, 300],
    [1, 5, 800],
  ])("s = %d in %d dimensions, %d rows of each", async (shift, columns, count) => {
    const data = normalRows(count, columns, 1);
    const samples = normalRows(count, columns, 2, shift);
    const { accuracy, standardError, auc, pValue } = await classifierTwoSampleTest({
      data,
      samples,
    });
    const best = hostNormalCdf(shift / 2);
    // Four standard errors, and 3 % that a network of so few rows may fall short by.
    expect(accuracy).toBeLessThan(best + 4 * standardError);
    expect(accuracy).toBeGreaterThan(best - 4 * standardError - 0.03);
    // The area under the curve of two shifted normal distributions is Phi(s / sqrt 2).
    expect(Math.abs(auc - hostNormalCdf(shift * Math.SQRT1_2))).toBeLessThan(0.08);
    expect(pValue).toBeLessThan(1e-10);
  });
});

once("cannot tell what is alike", async () => {
  for (const seed of [0, 1, 2]) {
    const compared = {
      data: normalRows(200, 3, 10 + seed),
      samples: normalRows(250, 3, 20 + seed),
    };
    const found = await classifierTwoSampleTest(compared, { seed });
    // An error rate of 0.1 % for each of three.
    expect(found.pValue).toBeGreaterThan(0.001);
    expect(found.rows).toBe(200);
    const { accuracy, standardError } = found;
    expect(standardError).toBeCloseTo(Math.sqrt((accuracy * (1 - accuracy)) / 400), 12);
  }
});

once("sees what no column and no correlation shows: a ring beside a disc", async () => {
  const ring = normalRows(400, 2, 4);
  const data = Array.from(ring.data);
  for (let row = 0; row < 400; row++) {
    const [x, y] = [data[2 * row]!, data[2 * row + 1]!];
    const factor = 1.3 / Math.hypot(x, y);
    data.splice(2 * row, 2, x * factor, y * factor);
  }
  const compared = { data: normalRows(400, 2, 3), samples: { data, shape: [400, 2] } };
  expect((await classifierTwoSampleTest(compared)).accuracy).toBeGreaterThan(0.8);
});

test("heavy tails, constant columns and huge numbers are no obstacle; equal seeds agree", async () => {
  const odd = (seed: number) => {
    const { data } = normalRows(60, 3, seed);
    const values = Array.from(data, (value, i) =>
      i % 3 === 0 ? 1e20 * value ** 9 : i % 3 === 1 ? 4 : Math.round(value),
    );
    return { data: values, shape: [60, 3] };
  };
  const compared = { data: odd(1), samples: odd(2) };
  const found = await classifierTwoSampleTest(compared, { seed: 3, folds: 2 });
  expect(found.pValue).toBeGreaterThan(0.001);
  expect(Object.values(found).every(Number.isFinite)).toBe(true);
  expect(await classifierTwoSampleTest(compared, { seed: 3, folds: 2 })).toEqual(found);
});

once("20 rows and 20 folds are enough to run", async () => {
  const compared = { data: normalRows(20, 1, 1), samples: normalRows(21, 1, 2, 4) };
  const { accuracy } = await classifierTwoSampleTest(compared, { folds: 20 });
  expect(accuracy).toBeGreaterThan(0.8);
});

test.each([1, 21, 2.5])("%d folds are refused", async (folds) => {
  const data = normalRows(30, 1, 1);
  const attempt = classifierTwoSampleTest({ data, samples: data }, { folds });
  await expect(attempt).rejects.toThrow(DomainError);
  await expect(attempt).rejects.toThrow(/folds must be an integer from 2 to 20/);
});
