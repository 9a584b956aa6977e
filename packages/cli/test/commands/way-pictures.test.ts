import { Model, ready } from "pushforward";
import { chain, continuous, fixedAffine } from "pushforward/bijectors";
import { type Bijector, defineDynamics, random } from "pushforward/core";
import { normal, transformed } from "pushforward/distributions";
import { beforeAll, describe, expect, test } from "vitest";
import { placesOf, wayPicture } from "../../src/commands/way-pictures.ts";

const at = (...times: (number | undefined)[]) => times.map((time) => ({ time }));

test.each([
  ["one continuous layer: its time", at(undefined, 0.5, 1, 1.5), [0, 0.5, 1, 1.5], "time"],
  ["layers without one", at(undefined, undefined, undefined), [0, 1, 2], "layers passed"],
  [
    "a layer between two continuous ones, in 24 pieces each",
    at(undefined, 0.5, 1, undefined, 0.5),
    [0, 1 / 24, 2 / 24, 1 + 2 / 24, 1 + 3 / 24],
    "layers passed",
  ],
])("where stages are on the way: %s", (_, stages, places, placeName) => {
  const found = placesOf(stages);
  expect(found.placeName).toBe(placeName);
  found.places.forEach((place, k) => {
    expect(place).toBeCloseTo(places[k] as number, 10);
  });
});

describe("of a flow that is solved in equal steps", () => {
  beforeAll(() => ready());

  /** `dz/dt = rate z`. */
  function growing(rate: number, solver: object, ...after: Bijector[]): Model {
    const shape = [1];
    const dynamics = defineDynamics<Record<string, never>>({
      kind: "growing",
      options: {},
      init(key) {
        key.dispose();
        return {};
      },
      apply(_, time, z) {
        time.dispose();
        return z.mul(rate);
      },
    });
    const bijector = chain({ bijectors: [continuous({ shape, dynamics, solver }), ...after] });
    const flow = transformed({ base: normal({ shape }), bijector });
    return new Model({ flow, params: flow.init(random.key(0)) });
  }

  test("the subtitle says how many, in as many pieces as are drawn", async () => {
    const model = growing(1, { steps: 9 });
    const subtitle = async (what: "layers" | "trajectories") =>
      (await wayPicture(what, model, 0)).subtitle;
    expect(await subtitle("layers")).toMatch(/to the data, in 16 equal steps$/);
    expect(await subtitle("trajectories")).toMatch(/to the data, in 24 equal steps$/);
  });

  test("nothing is said of steps that the samples take, too", async () => {
    const model = growing(1, { method: "euler", steps: 8 });
    const { subtitle } = await wayPicture("layers", model, 0);
    expect(subtitle).toMatch(/to the data$/);
    const finer = await wayPicture("trajectories", model, 0);
    expect(finer.subtitle).toMatch(/to the data, in 24 equal steps$/);
  });

  test("of several layers the fewest count that samples do not take", async () => {
    const solver = { method: "euler", steps: 8 };
    const { bijector } = growing(1, { ...solver, steps: 12 }).flow.flow!;
    const { subtitle } = await wayPicture("layers", growing(1, solver, bijector), 0);
    expect(subtitle).toMatch(/to the data, in 16 equal steps$/);
  });

  test("numbers that are not finite are an error", async () => {
    await expect(wayPicture("layers", growing(1e30, { method: "euler" }), 0)).rejects.toThrow(
      '--what layers: sample 1 is not finite at the stage "continuous, t = 0.25", in equal steps; ' +
        "in the library, build the flow with more solver.steps and fit again",
    );
  });

  test("such numbers of another layer are no matter of steps", async () => {
    const scaled = growing(1, {}, fixedAffine({ shift: [0], scale: [3e38] }));
    await expect(wayPicture("layers", scaled, 0)).rejects.toThrow(
      /is not finite at the stage "fixedAffine"$/,
    );
  });
});
