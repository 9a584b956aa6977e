import { describe, expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { logAbsDet } from "../../src/numerics/log-abs-det.ts";

/** The determinant by expansion along the first row. */
function determinant(a: readonly number[], n: number): number {
  if (n === 1) return a[0]!;
  let sum = 0;
  for (let column = 0; column < n; column++) {
    const minor = a.filter((_, i) => i >= n && i % n !== column);
    sum += (column % 2 ? -1 : 1) * a[column]! * determinant(minor, n - 1);
  }
  return sum;
}

describe.each([1, 2, 3, 6])("n = %i", (n) => {
  test("agrees with the expansion by minors, and leaves the matrix as it is", () => {
    const random = hostRandom(n);
    for (let trial = 0; trial < 10; trial++) {
      const a = Array.from({ length: n * n }, () => random.normal());
      const before = [...a];
      expect(logAbsDet(a, n)).toBeCloseTo(Math.log(Math.abs(determinant(a, n))), 9);
      expect(a).toEqual(before);
    }
  });
});

test("a zero on the diagonal is no obstacle", () => {
  expect(logAbsDet([0, 2, 3, 0], 2)).toBeCloseTo(Math.log(6), 14);
});

test("determinants far outside the range of numbers", () => {
  const n = 200;
  const a = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1e-200 : 0));
  expect(logAbsDet(a, n)).toBeCloseTo(-n * 200 * Math.LN10, 6);
});

test.each<[string, number[]]>([
  ["zero", [0, 0, 0, 0]],
  ["two equal rows", [1, 2, 1, 2]],
])("a singular matrix has -Infinity: %s", (_, a) => {
  expect(logAbsDet(a, 2)).toBe(-Infinity);
});
