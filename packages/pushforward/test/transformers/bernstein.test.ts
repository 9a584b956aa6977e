import { describe, expect, test } from "vitest";
import { bernstein } from "../../src/transformers/index.ts";
import { type Reference, testMonotone } from "./monotone-suite.ts";

/** By de Casteljau's algorithm; the slope is the last difference. */
function referenceOf(degree: number, bound: number): Reference {
  const limit = Math.log(1e3);
  return ([centre, ...logits], x) => {
    const thetas = [0];
    for (const v of logits) {
      const slope = Math.exp(v / (1 + Math.abs(v) / limit));
      thetas.push(thetas.at(-1)! + ((2 * bound) / degree) * slope);
    }
    const atU = (u: number): [value: number, slope: number] => {
      let row = thetas;
      while (row.length > 2) {
        row = row.slice(1).map((value, k) => (1 - u) * row[k]! + u * value);
      }
      const [low, high] = row as [number, number];
      return [(1 - u) * low + u * high, ((high - low) * degree) / (2 * bound)];
    };
    const inner = Math.min(Math.max(x, -bound), bound);
    const [value, slope] = atU((inner + bound) / (2 * bound));
    const y = centre! + value - atU(0.5)[0] + slope * (x - inner);
    return [y, Math.log(slope)];
  };
}

describe.each([
  [16, 5],
  [7, 2],
  [1, 4],
])("degree %d on ±%d", (degree, bound) => {
  testMonotone({
    transformer: bernstein({ degree, bound }),
    reference: referenceOf(degree, bound),
    valueLimits: [5e-6, 2e-5],
    logLimits: [3e-5, 1e-4],
    identity: [5e-6, 5e-5],
  });
});

describe("options", () => {
  test.each([
    [{ degree: 0 }, "bernstein: degree must be an integer from 1 to 64, got 0."],
    [{ degree: 65 }, "got 65."],
    [{ degree: 2.5 }, "got 2.5."],
    [{ bound: 0 }, "bernstein: bound must be positive and finite, got 0."],
    [{ bound: Infinity }, "got Infinity."],
  ])("%o is refused", (options, message) => {
    expect(() => bernstein(options)).toThrow(message);
  });
});
