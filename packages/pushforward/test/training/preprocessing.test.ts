import { fit, linearFlow, nsf } from "pushforward";
import { expect, test } from "vitest";
import { chain, coupling, extremeTails, invert } from "../../src/bijectors/index.ts";
import { normal, studentT, transformed, uniform } from "../../src/distributions/index.ts";
import { mlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rationalQuadraticSpline } from "../../src/transformers/index.ts";

test("angles stay on their circle", async () => {
  const source = hostRandom(3);
  const wrap = (x: number) => x - 2 * Math.PI * Math.round(x / (2 * Math.PI));
  const angles = Array.from({ length: 1000 }, () => [wrap(Math.PI + 0.7 * source.normal())]);
  const circle = rationalQuadraticSpline({ tails: "circular" });
  const flow = transformed({
    base: uniform({ shape: [1], low: -Math.PI, high: Math.PI }),
    bijector: invert({
      bijector: coupling({ shape: [1], transformer: circle, conditioner: mlp() }),
    }),
  });
  const model = await fit(flow, angles, { steps: 300, learningRate: 0.02 });
  const draws = await model.sample(1000, { seed: 1 });
  expect(draws.data.every((angle) => Math.abs(angle) <= Math.PI)).toBe(true);
  const grid = Array.from({ length: 400 }, (_, i) => [-Math.PI + ((i + 0.5) * Math.PI) / 200]);
  const logProb = await model.logProb(grid);
  const mass = logProb.reduce((sum, value) => sum + (Math.exp(value) * Math.PI) / 200, 0);
  expect(mass).toBeCloseTo(1, 2);
  // The wrapped normal's own: log(0.7 sqrt(2 pi e)) = 1.06.
  const scores = await model.logProb(angles);
  expect(-scores.reduce((sum, value) => sum + value / 1000, 0)).toBeLessThan(1.12);
  model.dispose();
});

/** Draws of Student's t with two degrees of freedom, and its entropy, 1.960. */
function heavyTailed(count: number): number[][] {
  const source = hostRandom(4);
  return Array.from({ length: count }, () => {
    const u = 1 - source.uniform();
    return [Math.sqrt(2 * (u ** -1 - 1)) * Math.cos(2 * Math.PI * source.uniform())];
  });
}

const ENTROPY = 1.9603;

test.each([
  [
    "extremeTails over splines",
    () => {
      const { bijector } = nsf({ features: 1, layers: 2 }).flow;
      const layers = [bijector, extremeTails({ shape: [1] })];
      return transformed({
        base: normal({ shape: [1] }),
        bijector: chain({ bijectors: layers }),
      });
    },
  ],
  ["a studentT base", () => linearFlow({ features: 1, base: studentT({ shape: [1] }) })],
])("heavy tails: %s comes near the truth with the defaults of fit", async (_, build) => {
  const model = await fit(build(), heavyTailed(6000), { steps: 800 });
  const scores = await model.logProb(heavyTailed(12_000).slice(6000));
  const loss = -scores.reduce((sum, value) => sum + value / scores.length, 0);
  expect(loss - ENTROPY).toBeLessThan(0.06);
  model.dispose();
});
