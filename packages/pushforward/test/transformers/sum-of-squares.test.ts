import { describe, expect, test } from "vitest";
import { sumOfSquares } from "../../src/transformers/index.ts";
import { gradients, type Reference, testMonotone } from "./monotone-suite.ts";

/** By the coefficients of the squares, integrated term by term. */
function referenceOf(degree: number, polynomials: number, bound: number): Reference {
  return ([shift, ...raw], x) => {
    const squares = new Array<number>(2 * degree + 1).fill(0);
    for (let p = 0; p < polynomials; p++) {
      const direction = (2 * Math.PI * p) / polynomials;
      const tilt = polynomials > 1 ? 0.1 : 0;
      const start = [1, tilt * Math.cos(direction), tilt * Math.sin(direction)];
      const a = Array.from({ length: degree + 1 }, (_, l) => {
        const u = raw[p * (degree + 1) + l]!;
        return (start[l] ?? 0) + u / (1 + Math.abs(u) / 10);
      });
      a.forEach((left, i) => {
        a.forEach((right, j) => {
          squares[i + j]! += (0.999 / polynomials) * left * right;
        });
      });
    }
    squares[0]! += 1e-3;
    const inner = Math.min(Math.max(x, -bound), bound);
    const z = inner / bound;
    const slope = squares.reduce((sum, c, m) => sum + c * z ** m, 0);
    const integral = squares.reduce((sum, c, m) => sum + (c * z ** (m + 1)) / (m + 1), 0);
    return [shift! + bound * integral + slope * (x - inner), Math.log(slope)];
  };
}

describe.each([
  [4, 3, 5],
  [1, 2, 2],
  [6, 1, 10],
])("degree %d, %d polynomials, on ±%d", (degree, polynomials, bound) => {
  testMonotone({
    transformer: sumOfSquares({ degree, polynomials, bound }),
    reference: referenceOf(degree, polynomials, bound),
    valueLimits: [2e-6, 5e-6],
    logLimits: [3e-5, 1e-4],
    identity: [0.1, 0.011],
  });
});

test("equal parameters do not make equal polynomials, which training could not part", async () => {
  const transformer = sumOfSquares();
  const x = Float32Array.from([-3, -1, 0.5, 2]);
  const slopes = await gradients(transformer, "forward", new Float32Array(16 * 4), x);
  const byPolynomial = [0, 1, 2].map((p) => slopes.slice(4 * (1 + 5 * p), 4 * (1 + 5 * (p + 1))));
  const ratios = byPolynomial[0]!.map((slope, i) => slope / byPolynomial[1]![i]!);
  expect(Math.max(...ratios.filter(Number.isFinite)) - Math.min(...ratios)).toBeGreaterThan(0.05);
});

describe("options", () => {
  test.each([
    [{ degree: 0 }, "sumOfSquares: degree must be a positive integer, got 0."],
    [{ polynomials: 1.5 }, "sumOfSquares: polynomials must be a positive integer, got 1.5."],
    [{ bound: -1 }, "sumOfSquares: bound must be positive and finite, got -1."],
    [{ bound: Number.NaN }, "got NaN."],
  ])("%o is refused", (options, message) => {
    expect(() => sumOfSquares(options)).toThrow(message);
  });
});
