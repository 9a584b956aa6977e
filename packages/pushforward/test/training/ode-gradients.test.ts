import { beforeAll, describe, expect, test } from "vitest";
import {
  batchNorm,
  chain,
  continuous,
  fixedAffine,
  invert,
  luLinear,
} from "../../src/bijectors/index.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import { layoutOf } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import type { OdeGradients } from "../../src/core/velocity-field.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { type Engine, hostArray, ready, startEngine } from "../../src/engine/index.ts";
import { concat, concatSquash } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import type { OdeSolverOptions } from "../../src/numerics/ode-solver.ts";
import { adamRates } from "../../src/training/adam.ts";
import { compileObjective } from "../../src/training/objective.ts";
import { drawNoise } from "../../src/training/training-noise.ts";
import { isBesideOnnx } from "../support/engines.ts";
import { liveBuffers } from "../support/live-buffers.ts";

let engine: Engine;
beforeAll(async () => {
  await ready();
  engine = await startEngine();
});

const ROWS = 16;

/** Two continuous layers with others around them, one backwards, with noise and penalties, one that sees a context. */
function flowWith(gradients: OdeGradients, solver: OdeSolverOptions): Distribution {
  const shape = [2];
  const shared = { shape, gradients, solver };
  return transformed({
    base: normal({ shape }),
    bijector: chain({
      bijectors: [
        invert({
          bijector: continuous({
            ...shared,
            dynamics: concat({ hidden: [4] }),
            trace: "gaussian",
            kineticEnergy: 0.1,
            jacobianNorm: 0.2,
          }),
        }),
        luLinear({ shape }),
        continuous({
          ...shared,
          dynamics: concatSquash({ hidden: [5] }),
          condShape: [1],
          time: 0.5,
        }),
        fixedAffine({ shift: [1, -1], scale: [2, 0.5] }),
      ],
    }),
  });
}

/** A training step at parameters and rows that are the same for all. */
async function settingOf(flow: Distribution, on: Engine) {
  const layout = layoutOf(flow.init(keyOf(0)));
  const source = hostRandom(3);
  const numbers = (count: number, size: number) =>
    Float32Array.from({ length: count }, () => size * source.normal());
  const zeros = () => hostArray(new Float32Array(layout.size), [layout.size]);
  const state = {
    parameters: hostArray(numbers(layout.size, 0.5), [layout.size]),
    mean: zeros(),
    square: zeros(),
  };
  const options = { optimizer: "adam", weightDecay: 0, clipNorm: Infinity } as const;
  const { trainStep, noise } = await compileObjective(on, flow, layout, options);
  const rates = hostArray(Float32Array.of(...adamRates(1e-3, 1), 1 / ROWS), [4]);
  const batch = {
    x: hostArray(numbers(2 * ROWS, 1), [ROWS, 2]),
    cond: hostArray(numbers(ROWS, 1), [ROWS, 1]),
    noise: drawNoise(noise, ROWS, 1, 2),
  };
  return {
    run: () => trainStep.run(state, rates, batch),
    dispose: () => trainStep.dispose(),
  };
}

/** Its loss and gradient. */
async function gradientOf(flow: Distribution) {
  const step = await settingOf(flow, engine);
  const [next, stats] = await step.run();
  const [loss] = await stats.data();
  // Adam's mean after its first step.
  const gradient = Array.from(await next.mean.data(), (value) => value / 0.1);
  step.dispose();
  return { loss: loss as number, gradient };
}

/** The largest difference, relative to the largest entry. */
function apart(a: { gradient: number[] }, b: { gradient: number[] }): number {
  const largest = Math.max(...a.gradient.map(Math.abs));
  return Math.max(...a.gradient.map((value, i) => Math.abs(value - b.gradient[i]!))) / largest;
}

// What is differentiated is the same on both engines, and jax-js compiles it slowly.
describe.skipIf(isBesideOnnx)("gradients", () => {
  test("recomputed steps have the gradient of the same steps unrolled", async () => {
    const solver = { method: "rk4", steps: 3 } as const;
    const unrolled = await gradientOf(flowWith("unrolled", solver));
    const recomputed = await gradientOf(flowWith("recomputed", solver));
    expect(Math.abs(recomputed.loss - unrolled.loss)).toBeLessThan(1e-5);
    expect(apart(unrolled, recomputed)).toBeLessThan(2e-5);
  });

  test("the adjoint's gradient is that of the steps, to the solver's tolerance", async () => {
    const solver = { rtol: 1e-6, atol: 1e-6 };
    const recomputed = await gradientOf(flowWith("recomputed", solver));
    const adjoint = await gradientOf(flowWith("adjoint", solver));
    expect(Math.abs(recomputed.loss - adjoint.loss)).toBeLessThan(1e-6);
    expect(apart(recomputed, adjoint)).toBeLessThan(1e-5);
  });

  test("both are that of small equal steps, unrolled, and the adjoint takes equal steps, too", async () => {
    const solver = { method: "rk4", steps: 6 } as const;
    const fine = await gradientOf(flowWith("unrolled", solver));
    const adjoint = await gradientOf(flowWith("adjoint", { rtol: 1e-6, atol: 1e-6 }));
    const equal = await gradientOf(flowWith("adjoint", solver));
    expect(apart(fine, adjoint)).toBeLessThan(1e-5);
    expect(apart(fine, equal)).toBeLessThan(1e-5);
  });
});

test.each(["unrolled", "recomputed", "adjoint"] as const)(
  "%s steps leave nothing on the device",
  async (gradients) => {
    const flow = flowWith(gradients, { method: "rk4", steps: 2 });
    const step = await settingOf(flow, await startEngine("jax"));
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [next, stats] = await step.run();
      for (const array of [stats, ...Object.values(next)]) array.dispose();
      counts.push(await liveBuffers());
    }
    step.dispose();
    expect(counts[2]).toBe(counts[1]);
  },
);

test("a layer with noise beside them is refused", async () => {
  const shape = [2];
  const bijectors = [continuous({ shape, gradients: "adjoint" }), batchNorm({ shape })];
  const flow = transformed({ base: normal({ shape }), bijector: chain({ bijectors }) });
  await expect(gradientOf(flow)).rejects.toThrow(
    /^fit: batchNorm changes in training.*gradients: "unrolled"/,
  );
});
