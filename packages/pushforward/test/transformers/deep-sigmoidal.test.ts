import { describe, expect, test } from "vitest";
import { deepSigmoidal } from "../../src/transformers/index.ts";
import { gradients, type Reference, runner, testMonotone } from "./monotone-suite.ts";

const softclip = (u: number) => u / (1 + Math.abs(u) / 5);
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function logSumExp(values: readonly number[]): number {
  const peak = Math.max(...values);
  return peak + Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), 0));
}

/** All in logarithms. */
function referenceOf(units: number): Reference {
  return (theta, x) => {
    const logits = theta.slice(0, units).map(softclip);
    const logWeights = logits.map((logit) => logit - logSumExp(logits));
    const logScales = theta.slice(units, 2 * units).map(softclip);
    const z = theta
      .slice(2 * units)
      .map((u, k) => Math.exp(logScales[k]!) * x + u + 0.5 * ((2 * k + 1) / units - 1));
    const logP = logSumExp(z.map((value, k) => logWeights[k]! - softplus(-value)));
    const logQ = logSumExp(z.map((value, k) => logWeights[k]! - softplus(value)));
    const logMixed = logSumExp(
      z.map((value, k) => logScales[k]! + logWeights[k]! - softplus(value) - softplus(-value)),
    );
    const y = 0.999 * (logP - logQ) + 1e-3 * x;
    return [y, Math.log(0.999 * Math.exp(logMixed - logP - logQ) + 1e-3)];
  };
}

describe.each([16, 1])("%d units", (units) => {
  testMonotone({
    transformer: deepSigmoidal({ units }),
    reference: referenceOf(units),
    valueLimits: [3e-5, 3e-5],
    logLimits: [3e-5, 1e-4],
    identity: [0.05, 0.03],
  });
});

test("far out it is the flattest of its lines", async () => {
  const units = 3;
  const scales = [0.7, -0.4, 0.2];
  const flattest = 0.999 * Math.exp(softclip(-0.4)) + 1e-3;
  const x = Float32Array.from([1e6, -1e6, 1e20, -1e20, 1e30]);
  const theta = Float32Array.from({ length: 3 * units * x.length }, (_, i) => {
    const row = Math.floor(i / x.length);
    return row >= units && row < 2 * units ? scales[row - units]! : 0;
  });
  const [y, logDet] = await runner(deepSigmoidal({ units }), "forward")(theta, x);
  x.forEach((at, i) => {
    expect(Math.abs(y[i]! / (flattest * at) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(logDet[i]! - Math.log(flattest))).toBeLessThan(5e-5);
  });
});

test("sigmoids that are far apart leave a plateau that can be inverted", async () => {
  // Steps at -10 and 10, between which the mixture's slope is e^-190.
  const theta = Float32Array.from([0, 0, 1e6, 1e6, 1400 + 0.25, -1400 - 0.25]);
  const columns = (count: number) =>
    Float32Array.from({ length: 6 * count }, (_, i) => theta[Math.floor(i / count)]!);
  const x = Float32Array.from([-9, -5, 0, 3, 9]);
  const transformer = deepSigmoidal({ units: 2 });
  const [y, logDet] = await runner(transformer, "forward")(columns(5), x);
  const [back] = await runner(transformer, "inverse")(columns(5), y);
  x.forEach((at, i) => {
    expect(Math.abs(logDet[i]! - Math.log(1e-3))).toBeLessThan(1e-3);
    expect(Math.abs(back[i]! - at)).toBeLessThan(0.02);
  });
});

test("equal parameters do not make equal sigmoids, which training could not part", async () => {
  const slopes = await gradients(
    deepSigmoidal(),
    "forward",
    new Float32Array(48),
    Float32Array.of(1),
  );
  for (const first of [0, 16, 32]) {
    const units = slopes.slice(first, first + 16);
    expect(new Set(units.map((slope) => slope.toFixed(5))).size).toBeGreaterThan(8);
  }
});

test.each([0, 2.5])("%d units are refused", (units) => {
  expect(() => deepSigmoidal({ units })).toThrow(
    `deepSigmoidal: units must be a positive integer, got ${units}.`,
  );
});
