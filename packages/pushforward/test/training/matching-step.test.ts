import { type FitOptions, fit, flowMatching } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import { affine, chain, continuous, fixedAffine } from "../../src/bijectors/index.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import { defineDynamics } from "../../src/core/dynamics.ts";
import { layoutOf } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import type { FlowMatching } from "../../src/core/velocity-field.ts";
import { normal, transformed, uniform } from "../../src/distributions/index.ts";
import { type Engine, hostArray, np, ready, startEngine } from "../../src/engine/index.ts";
import { concatSquash } from "../../src/networks/index.ts";
import { assign } from "../../src/numerics/assignment.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { adamRates } from "../../src/training/adam.ts";
import { compileObjective } from "../../src/training/objective.ts";
import { drawNoise } from "../../src/training/training-noise.ts";
import { hostTree, velocityOnHost } from "../networks/host-dynamics.ts";
import { leastAssignment } from "../support/assignments.ts";
import { collect } from "../support/collect.ts";
import { mean } from "../support/draws.ts";

let engine: Engine;
beforeAll(async () => {
  await ready();
  engine = await startEngine();
});

const shape = [2];
const still = new Float32Array(2);
const source = hostRandom(8);
const numbers = (count: number, size = 1) =>
  Float32Array.from({ length: count }, () => size * source.normal());

/** What a training step sees besides the parameters. */
interface Given {
  rows: number;
  x: Float32Array;
  cond?: Float32Array;
  seed?: number;
}

/** Loss, gradient and noise of a training step. */
async function stepOf(flow: Distribution, parameters: Float32Array, given: Given) {
  const { rows, x, cond, seed = 1 } = given;
  const options = { optimizer: "adam", weightDecay: 0, clipNorm: Infinity } as const;
  const layout = layoutOf(flow.init(keyOf(0)));
  const { loss: kind, trainStep, noise } = await compileObjective(engine, flow, layout, options);
  expect(kind).toBe("matching");
  const drawn = drawNoise(noise, rows, seed, 2);
  const zeros = () => hostArray(new Float32Array(layout.size), [layout.size]);
  const state = {
    parameters: hostArray(parameters, [layout.size]),
    ...{ mean: zeros(), square: zeros() },
  };
  const [next, stats] = await trainStep.run(
    state,
    hostArray(Float32Array.of(...adamRates(1e-3, 1), 1 / rows), [4]),
    {
      x: hostArray(x, [rows, ...flow.shape]),
      ...(cond && { cond: hostArray(cond, [rows, 1]) }),
      noise: drawn,
    },
  );
  const [loss] = await stats.data();
  // Adam's mean after its first step.
  const gradient = Array.from(await next.mean.data(), (value) => value / 0.1);
  trainStep.dispose();
  const values = await Promise.all(drawn.map((each) => each.data()));
  return { loss: loss as number, gradient, noise: values.map((each) => [...each]) };
}

/** What stands before and behind the layer that is matched. */
const before = { shift: [0.5, -1], scale: [2, 0.5] };
const behind = { shift: [-2, 1], scale: [0.5, 4] };
const dynamics = concatSquash({ hidden: [3] });

function flowWith(matching: Partial<FlowMatching>, time: number, condShape: number[] | null) {
  const layer = continuous({ shape, condShape, dynamics, time, matching });
  return transformed({
    base: normal({ shape }),
    bijector: chain({ bijectors: [fixedAffine(before), layer, fixedAffine(behind)] }),
  });
}

/** The loss, a function of the parameters, in double precision. */
function lossOnHost({ matching, time, given: { rows, x, cond }, noise }: Host) {
  const layout = layoutOf(dynamics.init(keyOf(0), 2, cond ? 1 : 0));
  const [uniforms, ...others] = noise;
  const around = matching.deviation ? others.shift() : undefined;
  const pair = (values: ArrayLike<number>, row: number) => [values[2 * row]!, values[2 * row + 1]!];
  const all = Array.from({ length: rows }, (_, row) => row);
  const starts = all.map((row) =>
    pair(others[0]!, row).map((value, i) => value * before.scale[i]! + before.shift[i]!),
  );
  const ends = all.map((row) =>
    pair(x, row).map((value, i) => (value - behind.shift[i]!) / behind.scale[i]!),
  );
  const apart = (a: number[], b: number[]) => (a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2;
  const cost = ends.flatMap((end) => starts.map((start) => apart(start, end)));
  const order = matching.coupling === "independent" ? all : leastAssignment(cost, rows);
  return (flat: ArrayLike<number>) =>
    mean(all.map((row) => gap(flat, starts[order[row]!]!, ends[row]!, row)));

  function gap(flat: ArrayLike<number>, start: number[], end: number[], row: number): number {
    const t = (row + uniforms![row]!) / rows;
    const place = start.map((value, i) => {
      const noisy = around ? matching.deviation! * around[2 * row + i]! : 0;
      return (1 - t) * value + t * end[i]! + noisy;
    });
    const context = cond ? [cond[row]!] : [];
    const field = velocityOnHost(
      { kind: "concatSquash", activation: "tanh" },
      hostTree(layout, flat),
      context,
    );
    const velocity = field(t * time, place).map((value) => value * time);
    return apart(
      velocity,
      end.map((value, i) => value - start[i]!),
    );
  }
}

interface Host {
  matching: Partial<FlowMatching>;
  time: number;
  given: Given;
  noise: number[][];
}

test.each<[string, Partial<FlowMatching>, number, number[] | null]>([
  ["nearest pairs, noise around the paths", { deviation: 0.5 }, 1, null],
  ["any pairs, another time", { coupling: "independent" }, 0.5, null],
  ["a context, noise around the paths, another time", { deviation: 0.3 }, 2, [1]],
])("%s: loss and gradient are those of the formula", async (_, given, time, condShape) => {
  const flow = flowWith(given, time, condShape);
  const matching = condShape ? { ...given, coupling: "independent" as const } : given;
  const rows = 6;
  const data = { rows, x: numbers(2 * rows, 2), ...(condShape && { cond: numbers(rows) }) };
  const flat = numbers(layoutOf(flow.init(keyOf(0))).size, 0.7);
  const { loss, gradient, noise } = await stepOf(flow, flat, data);
  const onHost = lossOnHost({ matching, time, given: data, noise });
  expect(Math.abs(loss / onHost(flat) - 1)).toBeLessThan(2e-6);
  const length = Math.hypot(...gradient);
  for (const index of flat.keys()) {
    const moved = (by: number) => {
      const values = Float64Array.from(flat);
      values[index]! += by;
      return onHost(values);
    };
    const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
    expect(Math.abs(gradient[index]! - slope)).toBeLessThan(5e-6 * length);
  }
});

describe("with a velocity that is one number for each dimension, times a power of t", () => {
  const drift = (power: number) =>
    defineDynamics<{ rate: ReturnType<typeof np.zeros> }>({
      kind: "drift",
      options: { power },
      init(key) {
        key.dispose();
        return { rate: np.zeros([2, 1]) };
      },
      apply({ rate }, time, z, context) {
        context?.dispose();
        return z.mul(0).add(rate.mul(np.power(time, power)));
      },
    });

  const flowFrom = (base: Distribution, power: number, matching: Partial<FlowMatching>) =>
    transformed({ base, bijector: continuous({ shape, dynamics: drift(power), matching }) });

  test("draws are those of the base", async () => {
    const rows = 4000;
    const base = uniform({ shape, low: [-1, 0], high: [3, 1] });
    const flow = flowFrom(base, 0, { coupling: "independent" });
    // Rows at 0: the loss is the mean of |x0|^2, the slope by the velocity twice that of x0.
    const given = { rows, x: new Float32Array(2 * rows) };
    const { loss, gradient } = await stepOf(flow, still, given);
    const sure = 4 / Math.sqrt(rows);
    expect(Math.abs(gradient[0]! / 2 - 1)).toBeLessThan(sure * Math.sqrt(16 / 12));
    expect(Math.abs(gradient[1]! / 2 - 0.5)).toBeLessThan(sure * Math.sqrt(1 / 12));
    // E x^4 - (E x^2)^2 is 61/5 - 49/9 and 1/5 - 1/9.
    const spread = Math.sqrt(61 / 5 - 49 / 9 + 1 / 5 - 1 / 9);
    expect(Math.abs(loss - 7 / 3 - 1 / 3)).toBeLessThan(sure * spread);
    const other = await stepOf(flow, still, { ...given, seed: 2 });
    expect(other.loss).not.toBe(loss);
  });

  test.each([1, 3])("times are even, and closer to it than chance: t^%d", async (power) => {
    const rows = 256;
    const tiny = uniform({ shape, low: -1e-6, high: 1e-6 });
    const flow = flowFrom(tiny, power, { coupling: "independent" });
    const given = { rows, x: new Float32Array(2 * rows) };
    const seen = [];
    for (const seed of [1, 2, 3]) {
      const { loss } = await stepOf(flow, Float32Array.of(1, 0), { ...given, seed });
      seen.push(loss);
      // Times of their own would be off by 0.02; in strips the deviation is below n^-1.5, or 2.4e-4.
      expect(Math.abs(loss - 1 / (2 * power + 1))).toBeLessThan(7e-4);
    }
    expect(new Set(seen).size).toBe(3);
  });

  test("pairs are nearer to each other than any", async () => {
    const rows = 64;
    const given = { rows, x: numbers(2 * rows) };
    const base = normal({ shape });
    const any = await stepOf(flowFrom(base, 0, { coupling: "independent" }), still, given);
    const nearest = await stepOf(flowFrom(base, 0, {}), still, given);
    expect(any.noise.map((each) => each.length)).toEqual([rows, 2 * rows]);
    expect(nearest.noise).toEqual(any.noise);
    expect(nearest.loss).toBeLessThan(0.3 * any.loss);
    // The same draws and the same rows: their means are as far apart as before.
    nearest.gradient.forEach((slope, i) => {
      expect(slope).toBeCloseTo(any.gradient[i]!, 5);
    });
  });

  test("rows beyond 64 are paired in groups, each by least distance", async () => {
    const rows = 150;
    const given = { rows, x: numbers(2 * rows) };
    const { loss, noise } = await stepOf(flowFrom(normal({ shape }), 0, {}), still, given);
    const [, starts] = noise as [number[], number[]];
    const squares = [0, 50, 100].flatMap((first) => {
      const cost = Float64Array.from({ length: 2500 }, (__, at) => {
        const [row, start] = [2 * (first + Math.floor(at / 50)), 2 * (first + (at % 50))];
        return (
          (given.x[row]! - starts[start]!) ** 2 + (given.x[row + 1]! - starts[start + 1]!) ** 2
        );
      });
      return [...assign(cost, 50)].map((column, row) => cost[50 * row + column]!);
    });
    expect(Math.abs(loss / mean(squares) - 1)).toBeLessThan(2e-6);
  });

  test("a row that is not finite makes the loss not finite", async () => {
    for (const value of [Number.NaN, Infinity]) {
      const x = numbers(8);
      x[3] = value;
      const { loss } = await stepOf(flowFrom(normal({ shape }), 0, {}), still, { rows: 4, x });
      expect(loss).not.toSatisfy(Number.isFinite);
    }
  });
});

test("what nothing would train is refused", async () => {
  const bijectors = [continuous({ shape, matching: {} }), affine({ shape })];
  const flow = transformed({ base: normal({ shape }), bijector: chain({ bijectors }) });
  await expect(stepOf(flow, still, { rows: 1, x: still })).rejects.toThrow(
    /^fit: flow matching trains one layer alone, at bijector\.0, and bijector\.1\.\w+ would stay as it is/,
  );
});

describe("fits", () => {
  const [shift, scale] = [
    [1.5, -0.5],
    [0.5, 2],
  ] as const;
  const draw = (count: number, seed: number) => {
    const random = hostRandom(seed);
    return Array.from({ length: count }, () =>
      shift.map((value, i) => value + scale[i]! * random.normal()),
    );
  };
  const logProb = (row: number[]) =>
    row.reduce((sum, value, i) => {
      const z = (value - shift[i]!) / scale[i]!;
      return sum - 0.5 * z ** 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(scale[i]!);
    }, 0);

  test("a shifted and scaled normal distribution is reached within 0.05 nats, from 2.4", async () => {
    const flow = flowMatching({ features: 2, hidden: [16], solver: { steps: 2 } });
    const model = await fit(flow, draw(2000, 1), {
      ...{ steps: 200, batchSize: 64, learningRate: 0.02, validateEvery: 100 },
      ...{ standardize: false, validation: draw(200, 2) },
    });
    const rows = draw(1000, 3);
    const off = Array.from(await model.logProb(rows), (value, i) => logProb(rows[i]!) - value);
    expect(Math.abs(mean(off))).toBeLessThan(0.05);
  });

  test("a run goes on from a checkpoint to the same losses and weights, to the bit", async () => {
    const flow = flowMatching({ features: 2, hidden: [4], deviation: 0.1, solver: { steps: 1 } });
    const options = { steps: 12, batchSize: 32, validateEvery: 6 } satisfies FitOptions;
    const rows = draw(100, 4);
    const checkpoints: Uint8Array[] = [];
    const onCheckpoint = (bytes: Uint8Array) => void checkpoints.push(bytes);
    const full = await collect(flow, rows, { ...options, checkpointEvery: 5, onCheckpoint });
    expect(full.losses).toHaveLength(12);
    const resumed = await collect(flow, rows, { ...options, resume: checkpoints[0]! });
    expect(resumed.losses).toEqual(full.losses.slice(5));
    expect(await resumed.model.toBytes()).toEqual(await full.model.toBytes());
  });
});
