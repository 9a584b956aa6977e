import { fit, load } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import { affine, batchNorm, chain, coupling, invert } from "../../src/bijectors/index.ts";
import { layoutOf } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import { duringTraining } from "../../src/core/training-mode.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { hostArray, type NDArray, np, ready, startEngine } from "../../src/engine/index.ts";
import { realNVP } from "../../src/flows/index.ts";
import { resNet } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { adamRates } from "../../src/training/adam.ts";
import { compileTrainStep } from "../../src/training/train-step.ts";
import { drawNoise, trainingNoise } from "../../src/training/training-noise.ts";
import { affine as affineMap } from "../../src/transformers/index.ts";
import { correlatedNormal } from "../support/draws.ts";

beforeAll(() => ready());

const rows = (() => {
  const source = hostRandom(8);
  return Float32Array.from({ length: 40 }, () => 3 + 2 * source.normal());
})();

/** `data -> affine -> batchNorm -> base`, one dimension. */
const normalized = (momentum: number) => {
  const shape = [1];
  const layers = [affine({ shape }), batchNorm({ shape, momentum })];
  return transformed({
    base: normal({ shape }),
    bijector: invert({ bijector: chain({ bijectors: layers }) }),
  });
};

/** Mean negative log-likelihood of a training step, by the formulas of seed and paper. */
function reference(logScale: number, shift: number, momentum: number, mean: number, sd: number) {
  const y = Array.from(rows, (x) => x * Math.exp(logScale) + shift);
  const batchMean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const batchVariance = y.reduce((sum, value) => sum + (value - batchMean) ** 2, 0) / y.length;
  const newMean = momentum * mean + (1 - momentum) * batchMean;
  const newVariance = momentum * sd * sd + (1 - momentum) * batchVariance;
  const loss = y.reduce((sum, value) => {
    const z = (value - newMean) / Math.sqrt(newVariance + 1e-5);
    const logDet = logScale - 0.5 * Math.log(newVariance + 1e-5);
    return sum + 0.5 * z * z + 0.5 * Math.log(2 * Math.PI) - logDet;
  }, 0);
  return { loss: loss / y.length, mean: newMean, deviation: Math.sqrt(newVariance) };
}

describe("batchNorm in a training step", () => {
  const at = { logScale: 0.3, shift: -0.4, mean: 1.2, deviation: 1.7 };

  test.each([0, 0.5, 0.9])(
    "momentum %d: loss, state and gradients of the formulas",
    async (rho) => {
      const flow = normalized(rho);
      const layout = layoutOf(flow.init(keyOf(0)));
      const values = layout.slots.map(({ path }) => at[path.split(".").at(-1) as keyof typeof at]);
      const engine = await startEngine(undefined, () => {});
      const options = { optimizer: "adamw", weightDecay: 0.5, clipNorm: Infinity } as const;
      const program = compileTrainStep(engine, flow, layout, options);
      const vector = (numbers: number[]) => hostArray(Float32Array.from(numbers), [layout.size]);
      const zeros = layout.slots.map(() => 0);
      const state = { parameters: vector(values), mean: vector(zeros), square: vector(zeros) };
      const rates = Float32Array.of(...adamRates(0.01, 1), 1 / rows.length);
      const x = hostArray(rows.slice(), [rows.length, 1]);
      const [next, stats] = await program.run(state, hostArray(rates, [4]), { x });

      const expected = reference(at.logScale, at.shift, rho, at.mean, at.deviation);
      const [loss] = await stats.data();
      expect(loss).toBeCloseTo(expected.loss, 4);
      const after = await next.parameters.data();
      const moment = await next.mean.data();
      const slot = (name: string) => layout.slots.findIndex(({ path }) => path.endsWith(name));
      // The optimiser, its weight decay included, leaves the state alone.
      expect(after[slot("mean")]).toBeCloseTo(expected.mean, 5);
      expect(after[slot("deviation")]).toBeCloseTo(expected.deviation, 5);
      expect(moment[slot("mean")]).toBe(0);
      expect(moment[slot("deviation")]).toBe(0);
      // Adam's first moment after one step is a tenth of the gradient.
      const slope = (name: "logScale" | "shift") => {
        const loss = (by: number) =>
          reference(
            at.logScale + (name === "logScale" ? by : 0),
            at.shift + (name === "shift" ? by : 0),
            rho,
            at.mean,
            at.deviation,
          ).loss;
        return (loss(1e-5) - loss(-1e-5)) / 2e-5;
      };
      expect(10 * moment[slot("logScale")]!).toBeCloseTo(slope("logScale"), 3);
      expect(10 * moment[slot("shift")]!).toBeCloseTo(slope("shift"), 3);
      program.dispose();
    },
  );

  test("the state after the step inverts what the step has computed", async () => {
    const bijector = batchNorm({ shape: [1], momentum: 0.7 });
    const x = np.array(rows.slice(), { shape: [rows.length, 1] });
    const params = { mean: np.array([1]), deviation: np.array([0.5]) };
    const [[y, logDet], { updates }] = duringTraining(keyOf(0), () =>
      bijector.forwardAndLogDet(params, x),
    );
    const [mean, deviation] = [...updates.values()] as [NDArray, NDArray];
    const [back, backLogDet] = bijector.inverseAndLogDet({ mean, deviation }, y);
    const returned = await back.data();
    for (const [i, value] of rows.entries()) expect(returned[i]).toBeCloseTo(value, 4);
    const sum = await logDet.add(backLogDet).data();
    for (const value of sum) expect(value).toBeCloseTo(0, 4);
  });
});

test("batchNorm that meets its data in `inverse` keeps its state through a step", async () => {
  const flow = transformed({ base: normal({ shape: [1] }), bijector: batchNorm({ shape: [1] }) });
  const layout = layoutOf(flow.init(keyOf(0)));
  const engine = await startEngine(undefined, () => {});
  const options = { optimizer: "adamw", weightDecay: 0.5, clipNorm: Infinity } as const;
  const program = compileTrainStep(engine, flow, layout, options);
  const vector = (numbers: number[]) => hostArray(Float32Array.from(numbers), [layout.size]);
  const state = { parameters: vector([1, 2]), mean: vector([0, 0]), square: vector([0, 0]) };
  const rates = Float32Array.of(...adamRates(0.1, 1), 1 / rows.length);
  const x = hostArray(rows.slice(), [rows.length, 1]);
  const [next] = await program.run(state, hostArray(rates, [4]), { x });
  // Leaves in the order of their names: deviation, mean.
  expect([...(await next.parameters.data())]).toEqual([1, 2]);
  program.dispose();
});

describe("dropout in a training step", () => {
  const shape = [2];
  const coupled = (dropout: number) =>
    transformed({
      base: normal({ shape }),
      bijector: coupling({
        shape,
        transformer: affineMap(),
        conditioner: resNet({ width: 32, blocks: 1, dropout }),
      }),
    });
  const flow = coupled(0.25);
  const layout = layoutOf(flow.init(keyOf(0)));

  test("asks for one number per inner unit and row, fresh at each step", async () => {
    const noise = trainingNoise(flow, layout);
    expect(noise).toEqual([{ kind: "uniform", shape: [32, "n"] }]);
    const draw = async (step: number) => (await drawNoise(noise, 7, 0, step)[0]!.data()).slice();
    const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(one).toHaveLength(32 * 7);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(trainingNoise(normalized(0), layoutOf(normalized(0).init(keyOf(0))))).toEqual([]);
  });

  test("leaves out a quarter of the units and scales the others by 4/3; later, nothing", async () => {
    // Ones go in, and the network sums its inner units: what comes out counts those that are left.
    const network = resNet({ width: 1000, blocks: 1, dropout: 0.25 });
    const zero = (outputs: number, inputs: number) => ({
      weight: np.zeros([outputs, inputs]),
      bias: np.zeros([outputs]),
    });
    const params = () => ({
      first: zero(1000, 1),
      blocks: [[{ ...zero(1000, 1000), bias: np.ones([1000]) }, countAll()]] as never,
      last: { weight: np.eye(1000).slice([0, 1]), bias: np.zeros([1]) },
    });
    const countAll = () => ({ weight: np.ones([1000, 1000]), bias: np.zeros([1000]) });
    const x = () => np.zeros([1, 4]);
    const [training] = duringTraining(keyOf(1), () => network.apply(params(), x()));
    const counts = Array.from((await training.data()) as Float32Array, (sum) => sum * 0.75);
    // 750 of 1000 with standard deviation 13.7: five of them, p = 6e-7 a row.
    for (const count of counts) expect(Math.abs(count - 750)).toBeLessThan(5 * 13.7);
    expect(new Set(counts).size).toBeGreaterThan(1);
    expect([...(await network.apply(params(), x()).data())]).toEqual([1000, 1000, 1000, 1000]);
  });

  test("the same seed gives the same run, and evaluation has no dropout in it", async () => {
    const data = correlatedNormal(300, 2);
    const run = () => fit(flow, data, { seed: 5, steps: 40, validateEvery: 20 });
    const [a, b] = [await run(), await run()];
    const probe = data.slice(0, 20);
    expect(await a.logProb(probe)).toEqual(await b.logProb(probe));
    expect(await a.logProb(probe)).toEqual(await a.logProb(probe));
    const without = await fit(coupled(0), data, { seed: 5, steps: 40, validateEvery: 20 });
    expect(await a.logProb(probe)).not.toEqual(await without.logProb(probe));
    without.dispose();
    a.dispose();
    b.dispose();
  });
});

test("state that training has set is saved and loaded", async () => {
  const data = correlatedNormal(400, 3);
  const model = await fit(realNVP({ features: 2, layers: 2, hidden: [8] }), data, { steps: 30 });
  const again = await load(await model.toBytes());
  expect(await again.logProb(data.slice(0, 10))).toEqual(await model.logProb(data.slice(0, 10)));
  model.dispose();
  again.dispose();
});
