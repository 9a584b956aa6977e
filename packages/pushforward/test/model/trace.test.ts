import { Model } from "pushforward";
import { chain, continuous, fixedAffine, reverse } from "pushforward/bijectors";
import { DomainError } from "pushforward/core";
import { normal, transformed } from "pushforward/distributions";
import { concatSquash } from "pushforward/networks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { random, ready, tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";

const shift = [10, -3];
const scale = [2, 0.5];
const count = 12;

let model: Model;

beforeAll(async () => {
  await ready();
  const shape = [2];
  const dynamics = concatSquash({ hidden: [3] });
  const flow = transformed({
    base: normal({ shape }),
    bijector: chain({
      bijectors: [
        reverse({ features: 2 }),
        continuous({ shape, dynamics, solver: { steps: 6 } }),
        fixedAffine({ shift, scale }),
      ],
    }),
  });
  const fresh = flow.init(random.key(0));
  const layout = layoutOf(fresh);
  tree.dispose(fresh as never);
  const noise = hostRandom(3);
  const flat = Float32Array.from({ length: layout.size }, () => 0.7 * noise.normal());
  model = new Model({ flow, params: uploadParameters(layout, flat) });
});
afterAll(() => model.dispose());

const furthest = (actual: Float32Array, wanted: Float32Array) =>
  Math.max(...actual.map((value, i) => Math.abs(value - wanted[i]!)));

describe("trace of a continuous flow", () => {
  test("ends at the draws, which are solved with steps of their own", async () => {
    const stages = await model.trace(count, { seed: 5, pieces: 3 });
    const { data } = await model.sample(count, { seed: 5 });
    expect(furthest(stages.at(-1)!.data, data)).toBeLessThan(1e-3);
  });

  test("has a stage for each piece, at the times that it names", async () => {
    const stages = await model.trace(count, { pieces: 3 });
    expect(stages.map(({ name }) => name)).toEqual([
      "base: normal",
      "permute",
      "continuous, t = 0.333",
      "continuous, t = 0.667",
      "continuous, t = 1",
      "fixedAffine",
    ]);
    const times = [undefined, undefined, 1 / 3, 2 / 3, 1, undefined];
    expect(stages.map(({ time }) => time)).toEqual(times);
    const [once, other] = [await model.trace(count), await model.trace(count, { pieces: 6 })];
    // Six steps either way, and states along it that are the same.
    expect(furthest(once.at(-1)!.data, other.at(-1)!.data)).toBeLessThan(1e-4);
    expect(furthest(stages[3]!.data, other[5]!.data)).toBeLessThan(1e-4);
    expect(furthest(stages[3]!.data, other[4]!.data)).toBeGreaterThan(0.01);
  });

  test("in the units of the data, the maps without parameters at the end are in all stages", async () => {
    const options = { seed: 2, pieces: 2 };
    const own = await model.trace(count, options);
    const inData = await model.trace(count, { ...options, units: "data" });
    expect(inData.map(({ name }) => name)).toEqual(own.slice(0, -1).map(({ name }) => name));
    for (const [place, { data, shape }] of inData.entries()) {
      expect(shape).toEqual([count, 2]);
      const moved = own[place]!.data.map((value, i) => shift[i % 2]! + scale[i % 2]! * value);
      expect(furthest(data, moved)).toBeLessThan(1e-4);
    }
    expect(inData.at(-1)!.data).toEqual(own.at(-1)!.data);
  });

  test("goes the way of given latents, which those of data lead back to the data", async () => {
    const { data, shape } = await model.sample(count, { seed: 4 });
    const stages = await model.trace(await model.encode({ data, shape }), { pieces: 2 });
    expect(furthest(stages.at(-1)!.data, data)).toBeLessThan(1e-3);
    const latents = [
      [0.3, -1],
      [2, 0.5],
    ];
    const [base] = await model.trace(latents);
    expect(Array.from(base!.data)).toEqual(Array.from(Float32Array.from(latents.flat())));
    expect(base!.logDet).toBeUndefined();
  });

  test("has log-determinants that add up to what the density changes by", async () => {
    const stages = await model.trace(count, { seed: 6 });
    const [start, end] = [stages[0]!.data, stages.at(-1)!];
    const scores = await model.logProb({ data: end.data, shape: end.shape });
    for (const [row, score] of scores.entries()) {
      const [a, b] = [start[2 * row]!, start[2 * row + 1]!];
      const atBase = -Math.log(2 * Math.PI) - (a * a + b * b) / 2;
      const along = stages.slice(1).reduce((sum, { logDet }) => sum + logDet![row]!, 0);
      expect(atBase - along).toBeCloseTo(score, 3);
    }
  });

  test.each([
    [{ pieces: 0 }, "pieces must be a positive integer, got 0"],
    [{ units: "metres" as never }, 'units must be "stage" or "data", got metres'],
  ])("refuses %o", async (options, message) => {
    const error = await rejection(model.trace(2, options));
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toContain(message);
  });
});
