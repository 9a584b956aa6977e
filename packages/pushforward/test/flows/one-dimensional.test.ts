import { fit, type Model } from "pushforward";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/distribution.ts";
import { cdfFlow } from "../../src/flows/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { estimate } from "../support/draws.ts";

/*
 * On the line flows are universal: the distribution function F of the data maps them to a uniform
 * variable, and the inverse of another distribution function maps that to any base. Sampling such a flow
 * is inverse-CDF sampling.
 */

const flows: Record<string, Distribution> = {
  "Uniform(0, 1)": cdfFlow({ features: 1, components: 6 }),
  "Beta(5, 5)": cdfFlow({ features: 1, components: 6, onto: "beta" }),
  "Normal(0, 1)": cdfFlow({ features: 1, components: 6, kernel: "normal", onto: "normal" }),
};

/** 0.6 N(-2, 0.5^2) + 0.4 N(1.5, 0.8^2). */
const modes = [
  { weight: 0.6, mean: -2, deviation: 0.5 },
  { weight: 0.4, mean: 1.5, deviation: 0.8 },
] as const;

function drawRows(count: number, seed: number): number[][] {
  const random = hostRandom(seed);
  return Array.from({ length: count }, () => {
    const { mean, deviation } = random.uniform() < 0.6 ? modes[0] : modes[1];
    return [mean + deviation * random.normal()];
  });
}

const density = (x: number) =>
  modes.reduce((sum, { weight, mean, deviation }) => {
    const z = (x - mean) / deviation;
    return sum + (weight * Math.exp(-0.5 * z * z)) / (deviation * Math.sqrt(2 * Math.PI));
  }, 0);

/** The distribution function, by the midpoint rule up to x. */
function cdf(x: number): number {
  const step = 0.005;
  let sum = 0;
  for (let at = -8; at < x; at += step) sum += density(at + step / 2) * step;
  return sum;
}

describe.each(Object.entries(flows))("a learned distribution function onto %s", (_, flow) => {
  let trained: Promise<Model> | undefined;
  const model = () => {
    trained ??= fit(flow, drawRows(8000, 1), {
      seed: 0,
      steps: 500,
      batchSize: 512,
      learningRate: 3e-2,
      schedule: "cosine",
      patience: Infinity,
    });
    return trained;
  };

  test("reaches the entropy of a bimodal sample within 0.02 nats", async () => {
    const rows = drawRows(20_000, 2);
    const learned = await (await model()).logProb(rows);
    const { value, standardError } = estimate(
      rows.map(([x], i) => Math.log(density(x!)) - learned[i]!),
    );
    expect(standardError).toBeLessThan(0.002);
    expect(value + 3 * standardError).toBeLessThan(0.02);
  });

  test("samples by the inverse: they follow the bimodal density", async () => {
    const count = 4000;
    const { data } = await (await model()).sample(count, { seed: 4 });
    const sorted = Float32Array.from(data).sort();
    // A tenth of them is enough to compare the functions; each is a sum of its own.
    const distances = [...sorted.keys()]
      .filter((i) => i % 10 === 0)
      .map((i) => Math.abs(cdf(sorted[i]!) - (i + 0.5) / count));
    expect(Math.max(...distances)).toBeLessThan(1.9 / Math.sqrt(count) + 0.01);
  });
});
