import { ConditionError, fit, type Model, nsf, realNVP } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";
import { estimate, mean } from "../support/draws.ts";

/** y given c is normal with mean 2c and standard deviation 0.5. */
function draw(count: number, seed: number) {
  const random = hostRandom(seed);
  const context = Array.from({ length: count }, () => [2 * random.uniform() - 1]);
  const y = context.map(([c]) => 2 * c! + 0.5 * random.normal());
  return { context, y };
}

const logProb = (y: number, c: number) =>
  -0.5 * ((y - 2 * c) / 0.5) ** 2 - Math.log(0.5) - 0.5 * Math.log(2 * Math.PI);

describe("a conditional fit", () => {
  let model: Model;
  beforeAll(async () => {
    const { context, y } = draw(3000, 1);
    // As many rows for validation: a tenth of them may like the weights of an early step best.
    const held = draw(3000, 5);
    model = await fit(nsf({ features: 1, context: 1, layers: 2, hidden: [16], bins: 4 }), y, {
      context,
      validation: held.y,
      validationContext: held.context,
      steps: 800,
      batchSize: 256,
      learningRate: 1e-2,
      schedule: "cosine",
    });
  });

  test("learns the density of each row given its context", async () => {
    const { context, y } = draw(4000, 2);
    const learned = await model.logProb(y, { context });
    const divergence = estimate(y.map((value, i) => logProb(value, context[i]![0]!) - learned[i]!));
    expect(divergence.standardError).toBeLessThan(0.004);
    expect(divergence.value).toBeLessThan(0.03);
    const { logProb: evaluated } = await model.evaluate(y, { context });
    expect(evaluated).toBeCloseTo(mean(learned), 6);
  });

  test("contexts are standardised: the same contexts as years give almost the same fit", async () => {
    const { context, y } = draw(3000, 1);
    const years = (contexts: number[][]) => contexts.map(([c]) => [2000 + 10 * c!]);
    const other = await fit(nsf({ features: 1, context: 1, layers: 2, hidden: [16], bins: 4 }), y, {
      context: years(context),
      steps: 400,
      batchSize: 256,
      learningRate: 1e-2,
    });
    const fresh = draw(4000, 2);
    const learned = await other.logProb(fresh.y, { context: years(fresh.context) });
    const gaps = fresh.y.map((value, i) => logProb(value, fresh.context[i]![0]!) - learned[i]!);
    expect(estimate(gaps).value).toBeLessThan(0.03);
  });

  test.each([-0.8, 0, 0.6])("draws given c = %d", async (c) => {
    const { data, shape } = await model.sample(2000, { seed: 3, context: [c] });
    expect(shape).toEqual([2000, 1]);
    const { value } = estimate([...data]);
    expect(Math.abs(value - 2 * c)).toBeLessThan(0.08);
    expect(Math.sqrt(mean(data.map((y) => (y - value) ** 2)))).toBeCloseTo(0.5, 1);
  });

  test("one context serves all rows, or each has its own", async () => {
    const y = [0.1, -0.4, 0.9];
    const one = await model.logProb(y, { context: [0.3] });
    const each = await model.logProb(y, { context: [[0.3], [0.3], [0.3]] });
    expect(one).toEqual(each);
    const mixed = await model.logProb(y, { context: [[0.3], [-0.5], [0.3]] });
    expect(mixed[0]).toBe(one[0]);
    expect(mixed[1]).not.toBe(one[1]);
    const samples = await model.sample(3, { context: [[-1], [0], [1]] });
    expect(samples.data[2]).toBeGreaterThan(samples.data[0]!);
  });

  test("encodes and decodes, traces, interpolates and checks given a context", async () => {
    const { context, y } = draw(100, 5);
    const latents = await model.encode(y, { context });
    const back = await model.decode(latents, { context });
    for (const [i, value] of y.entries()) expect(back.data[i]).toBeCloseTo(value, 4);
    const path = await model.interpolate([0], [1], { context: [0.2], steps: 5 });
    expect(path.data[0]).toBeCloseTo(0, 4);
    expect(path.data[4]).toBeCloseTo(1, 4);
    const stages = await model.trace(20, { seed: 4, context: [0.2] });
    const samples = await model.sample(20, { seed: 4, context: [0.2] });
    for (const [i, value] of samples.data.entries()) {
      expect(stages.at(-1)!.data[i]).toBeCloseTo(value, 4);
    }
    expect((await model.check(y, { context })).ok).toBe(true);
    expect((await model.check(undefined, { context: [0.5] })).ok).toBe(true);
  });

  test("says what is wrong with a context", async () => {
    const y = [0.1, 0.2, 0.3];
    const calls: (() => Promise<unknown>)[] = [
      () => model.logProb(y),
      () => model.evaluate(y),
      () => model.encode(y),
      () => model.decode(y),
      () => model.sample(3),
      () => model.trace(3),
      () => model.check(y),
      () => model.check(),
      () => model.interpolate([0], [1]),
      () => model.logProb(y, { context: [[1], [2]] }),
      () => model.sample(3, { context: [[1], [2]] }),
    ];
    for (const call of calls) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(ConditionError);
      expect(error.message).toMatch(/context/);
    }
    const error = await rejection(model.logProb(y, { context: [[1, 2]] }));
    expect(error.message).toContain("logProb: context: row 0 has 2 numbers, expected 1");
  });
});

test("an unconditional model takes no context", async () => {
  const { context, y } = draw(60, 1);
  const flow = realNVP({ features: 1, layers: 1, hidden: [4] });
  const model = await fit(flow, y, { steps: 2 });
  for (const call of [
    () => model.logProb(y, { context }),
    () => model.sample(3, { context: [1] }),
    () => model.check(undefined, { context: [1] }),
  ]) {
    expect(await rejection(call())).toBeInstanceOf(ConditionError);
  }
});

test("validation rows come with their contexts", async () => {
  const { context, y } = draw(200, 1);
  const held = draw(50, 2);
  const flow = realNVP({ features: 1, context: 1, layers: 2, hidden: [8] });
  const model = await fit(flow, y, {
    context,
    steps: 4,
    validateEvery: 2,
    validation: held.y,
    validationContext: held.context,
  });
  const best = Math.min(...model.history.map(({ validation }) => validation));
  expect(-mean(await model.logProb(held.y, { context: held.context }))).toBeCloseTo(best, 5);
});
