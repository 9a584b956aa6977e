import { describe, expect, test } from "vitest";
import { cholesky, invertLower, solveLower, sumLogDiagonal } from "../../src/numerics/cholesky.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

/** B Bᵀ with B of standard normal numbers. */
function randomCovariance(n: number, seed: number): Float64Array {
  const random = hostRandom(seed);
  const b = Float64Array.from({ length: n * n }, () => random.normal());
  return timesTransposed(b, n);
}

function timesTransposed(b: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += b[Math.floor(at / n) * n + k] * b[(at % n) * n + k];
    return sum;
  });
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at])), 0);
}

test("a factor known in closed form", () => {
  const matrix = Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98);
  expect([...cholesky(matrix, 3)!]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
});

test("only the lower triangle is read", () => {
  const matrix = Float64Array.of(4, NaN, NaN, 12, 37, NaN, -16, -43, 98);
  expect([...cholesky(matrix, 3)!]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
});

describe.each([1, 2, 5, 20, 60])("n = %i", (n) => {
  const matrix = randomCovariance(n, n);
  const factor = cholesky(matrix, n)!;

  test("L Lᵀ is the matrix and L is lower triangular", () => {
    expect(largestDifference(timesTransposed(factor, n), matrix)).toBeLessThan(1e-12 * n);
    factor.forEach((value, at) => {
      if (at % n > Math.floor(at / n)) expect(value).toBe(0);
    });
  });

  test("solveLower and invertLower agree with L", () => {
    const random = hostRandom(n, 1);
    const x = Float64Array.from({ length: n }, () => random.normal());
    const times = (lower: Float64Array, vector: Float64Array) =>
      vector.map((_, row) => vector.reduce((sum, value, k) => sum + lower[row * n + k] * value, 0));
    const b = times(factor, x);
    const byInverse = times(invertLower(factor, n), b);
    solveLower(factor, n, b);
    expect(largestDifference(b, x)).toBeLessThan(1e-9);
    expect(largestDifference(byInverse, x)).toBeLessThan(1e-9);
  });
});

test("sumLogDiagonal is half the log-determinant", () => {
  // det = (2 * 1 * 3)^2
  const factor = cholesky(Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98), 3)!;
  expect(2 * sumLogDiagonal(factor, 3)).toBeCloseTo(Math.log(36), 12);
});

describe("matrices that are not positive definite", () => {
  test.each<[string, number[]]>([
    ["indefinite", [1, 2, 2, 1]],
    ["zero", [0, 0, 0, 0]],
    ["singular", [1, 1, 1, 1]],
    ["negative", [-1, 0, 0, 1]],
    ["not a number", [NaN, 0, 0, 1]],
  ])("%s", (_, matrix) => {
    expect(cholesky(Float64Array.from(matrix), 2)).toBeNull();
  });

  test("singular up to rounding, in any unit", () => {
    // The third column is the sum of the first two; its last pivot is rounding error alone.
    const random = hostRandom(0);
    for (const unit of [1, 1e-9, 1e9]) {
      const b = Float64Array.from({ length: 9 }, () => unit * random.normal());
      for (let k = 0; k < 3; k++) b[6 + k] = b[k] / 3 + b[3 + k] / 7;
      expect(cholesky(timesTransposed(b, 3), 3)).toBeNull();
    }
  });
});
