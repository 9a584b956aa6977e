import { describe, expect, test } from "vitest";
import { unconstrainedMonotonic } from "../../src/transformers/index.ts";
import { type Reference, testMonotone } from "./monotone-suite.ts";

const softclip = (u: number, limit: number) => u / (1 + Math.abs(u) / limit);

function logSlopeOf(theta: readonly number[], hidden: number, z: number): number {
  const [, level, ...rest] = theta;
  let u = level!;
  for (let j = 0; j < hidden; j++) {
    const w = 4 * Math.exp(softclip(rest[j]!, Math.log(3)));
    const b = softclip(rest[hidden + j]!, 20);
    const input = w * (z - ((2 * j + 1) / hidden - 1)) + b;
    u += softclip(rest[2 * hidden + j]!, 5) * (1 / (1 + Math.exp(-input)) - 0.5);
  }
  return Math.log(1e3) * Math.tanh(u / Math.log(1e3));
}

/** Integrated by Simpson's rule on a fine grid. */
function referenceOf(hidden: number, bound: number): Reference {
  return (theta, x) => {
    const inner = Math.min(Math.max(x, -bound), bound);
    const steps = 100;
    let mean = 0;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      const z = (inner / bound) * (i / steps);
      mean += (weight / (3 * steps)) * Math.exp(logSlopeOf(theta, hidden, z));
    }
    const logSlope = logSlopeOf(theta, hidden, inner / bound);
    return [theta[0]! + inner * mean + Math.exp(logSlope) * (x - inner), logSlope];
  };
}

describe.each([
  [8, 5],
  [1, 2],
])("%d hidden units on ±%d", (hidden, bound) => {
  testMonotone({
    transformer: unconstrainedMonotonic({ hidden, bound }),
    reference: referenceOf(hidden, bound),
    valueLimits: [3e-6, 1e-5],
    logLimits: [3e-5, 1e-4],
    identity: [5e-6, 5e-5],
  });
});

describe("options", () => {
  test.each([
    [{ hidden: 0 }, "unconstrainedMonotonic: hidden must be a positive integer, got 0."],
    [{ nodes: 1.5 }, "unconstrainedMonotonic: nodes must be a positive integer, got 1.5."],
    [{ bound: 0 }, "unconstrainedMonotonic: bound must be positive and finite, got 0."],
  ])("%o is refused", (options, message) => {
    expect(() => unconstrainedMonotonic(options)).toThrow(message);
  });
});
