import { type FitOptions, fit, type Model, nsf } from "pushforward";
import { describe, expect, test } from "vitest";
import { type HostRandom, hostRandom } from "../../src/numerics/host-random.ts";
import { estimate } from "../support/draws.ts";
import { isBesideOnnx } from "../support/engines.ts";

/** A density that can be drawn from and written down. */
interface Target {
  draw(random: HostRandom): number[];
  logProb(row: readonly number[]): number;
}

const logNormal = (x: number, mean: number, deviation: number) =>
  -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

function drawRows({ draw }: Target, count: number, seed: number): number[][] {
  const random = hostRandom(seed);
  return Array.from({ length: count }, () => draw(random));
}

/** A mixture of equal round Gaussians. */
function mixtureOf(centres: readonly number[][], deviation: number): Target {
  return {
    draw: (random) =>
      centres[random.integer(centres.length)]!.map((value) => value + deviation * random.normal()),
    logProb(row) {
      const terms = centres.map((centre) =>
        centre.reduce((sum, mean, i) => sum + logNormal(row[i]!, mean, deviation), 0),
      );
      const largest = Math.max(...terms);
      const sum = terms.reduce((total, term) => total + Math.exp(term - largest), 0);
      return largest + Math.log(sum / centres.length);
    },
  };
}

/** `x2 ~ N(0, 4)`, `x1 | x2 ~ N(x2^2 / 4, 1)`, second arguments standard deviations. */
const crescent: Target = {
  draw(random) {
    const x2 = 4 * random.normal();
    return [x2 ** 2 / 4 + random.normal(), x2];
  },
  logProb: ([x1, x2]) => logNormal(x2!, 0, 4) + logNormal(x1!, x2! ** 2 / 4, 1),
};

/** KL(true || learned) by Monte Carlo on fresh draws. */
async function divergence(target: Target, model: Model, count: number) {
  const fresh = drawRows(target, count, 2);
  const learned = await model.logProb(fresh);
  return estimate(fresh.map((row, i) => target.logProb(row) - learned[i]!));
}

const training = {
  batchSize: 512,
  learningRate: 5e-3,
  schedule: "cosine",
  patience: Infinity,
} satisfies FitOptions;

describe("a spline flow learns", () => {
  // The longer trainings are left to the faster engine.
  test.skipIf(isBesideOnnx)("the crescent, to a divergence below 0.02 nats", async () => {
    const flow = nsf({ features: 2, layers: 3, hidden: [32, 32], bins: 8 });
    const rows = drawRows(crescent, 20_000, 1);
    const model = await fit(flow, rows, { ...training, steps: 1200 });
    const { value, standardError } = await divergence(crescent, model, 40_000);
    expect(standardError).toBeLessThan(0.002);
    expect(value + 3 * standardError).toBeLessThan(0.02);
  });

  test("three Gaussians on the line, to a divergence below 0.02 nats", async () => {
    const target = mixtureOf([[-4], [0], [3]], 0.5);
    const flow = nsf({ features: 1, layers: 2, hidden: [16], bins: 32 });
    const rows = drawRows(target, 10_000, 1);
    const model = await fit(flow, rows, { ...training, steps: 600, learningRate: 2e-2 });
    const { value, standardError } = await divergence(target, model, 20_000);
    expect(standardError).toBeLessThan(0.002);
    expect(value + 3 * standardError).toBeLessThan(0.02);
  });

  test.skipIf(isBesideOnnx)(
    "four Gaussians in the plane, to a divergence below 0.05 nats",
    async () => {
      const target = mixtureOf(
        [
          [-2, -2],
          [-2, 2],
          [2, -2],
          [2, 2],
        ],
        0.5,
      );
      const flow = nsf({ features: 2, layers: 3, hidden: [32, 32], bins: 8 });
      const rows = drawRows(target, 10_000, 1);
      const model = await fit(flow, rows, { ...training, steps: 600 });
      const { value, standardError } = await divergence(target, model, 20_000);
      expect(standardError).toBeLessThan(0.005);
      expect(value + 3 * standardError).toBeLessThan(0.05);
    },
  );
});
