import { type FitProgress, fit, NotFiniteError } from "pushforward";
import { continuous } from "pushforward/bijectors";
import { defineDynamics } from "pushforward/core";
import { normal, transformed } from "pushforward/distributions";
import { expect, test } from "vitest";
import { np } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";

/** `dz/dt = -rate z^2`: backwards from time 1 it blows up for z above 1 / rate. */
const squares = defineDynamics({
  kind: "squares",
  options: {},
  init(key) {
    key.dispose();
    return { rate: np.array([4]) };
  },
  apply({ rate }, time, z, context) {
    time.dispose();
    context?.dispose();
    return z.ref.mul(z).mul(rate).neg();
  },
});

const source = hostRandom(5);
const rows = Array.from({ length: 60 }, () => [source.normal()]);

test.each([
  ["a step", { gradients: "recomputed" }, /^fit: a layer was not solved at step 6, for the 6th/, 5],
  ["a validation", { matching: {} }, /The validation row \(.*\) has no log-density: /, 0],
] as const)(
  "a layer that is not solved makes a loss that is not finite, of %s",
  async (_, training, start, count) => {
    const shape = [1];
    const bijector = continuous({ shape, dynamics: squares, ...training });
    const flow = transformed({ base: normal({ shape }), bijector });
    const said: string[] = [];
    const onProgress = (report: FitProgress) => {
      if (report.type === "notice") said.push(report.message);
    };
    const options = { steps: 8, validateEvery: 1, learningRate: 1e-6, onProgress };
    const error = await rejection(fit(flow, rows, options));
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.message).toMatch(start);
    expect(error.message).toMatch(
      /its solution stopped at time [\d.]+, on its way from 1 to 0, after \d+ evaluations.* Raise solver/s,
    );
    const rollbacks = said.filter((message) =>
      message.startsWith("A layer was not solved at step"),
    );
    expect(rollbacks).toHaveLength(count);
  },
);
