import { beforeAll, describe, expect, test } from "vitest";
import {
  ArraySpec,
  type Engine,
  hostArray,
  type NDArray,
  np,
  type Program,
  startEngine,
} from "../../src/engine/index.ts";
import { type AdamOptions, type AdamState, adamRates, adamStep } from "../../src/training/adam.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});

interface Reference {
  weights: number[];
  mean: number[];
  square: number[];
}

/** Adam as the papers print it, in doubles, one weight at a time. */
function referenceStep(
  state: Reference,
  gradient: readonly number[],
  t: number,
  rate: number,
  { optimizer, weightDecay, clipNorm }: AdamOptions,
): Reference {
  const norm = Math.hypot(...gradient);
  const shrink = norm > clipNorm ? clipNorm / norm : 1;
  const next: Reference = { weights: [], mean: [], square: [] };
  for (const [i, weight] of state.weights.entries()) {
    const l2 = optimizer === "adam" ? weightDecay * weight : 0;
    const g = gradient[i]! * shrink + l2;
    const m = 0.9 * state.mean[i]! + 0.1 * g;
    const v = 0.999 * state.square[i]! + 0.001 * g * g;
    const direction = m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
    const decay = optimizer === "adamw" ? weightDecay * weight : 0;
    next.weights.push(weight - rate * (direction + decay));
    next.mean.push(m);
    next.square.push(v);
  }
  return next;
}

const start = [0.7, -1.3, 0.02, 4];
/** Gradients that change in size and sign from step to step. */
const gradientAt = (t: number) => start.map((_, i) => Math.sin(3 * t + i) * 10 ** (i - 2));

const upload = (values: readonly number[]) => hostArray(Float32Array.from(values), [values.length]);

const uploadState = ({ weights, mean, square }: Reference): AdamState => ({
  parameters: upload(weights),
  mean: upload(mean),
  square: upload(square),
});

type Step = Program<
  [AdamState<NDArray>, gradient: NDArray, rates: NDArray],
  [AdamState<NDArray>, NDArray]
>;

function compiled(options: AdamOptions): Step {
  const vector = new ArraySpec([start.length]);
  const state = { parameters: vector, mean: vector, square: vector };
  return engine.compile(
    (adam: AdamState<NDArray>, gradient: NDArray, rates: NDArray) => {
      const [rate, correction1, correction2] = np.unstack(rates, 0);
      return adamStep(adam, gradient, [rate!, correction1!, correction2!], options);
    },
    [state, vector, new ArraySpec([3])],
  );
}

const cases: [string, AdamOptions][] = [
  ["Adam", { optimizer: "adam", weightDecay: 0, clipNorm: Infinity }],
  ["Adam with L2", { optimizer: "adam", weightDecay: 0.1, clipNorm: Infinity }],
  ["AdamW", { optimizer: "adamw", weightDecay: 0.1, clipNorm: Infinity }],
  ["AdamW, clipped", { optimizer: "adamw", weightDecay: 0.1, clipNorm: 0.5 }],
  ["Adam, clipped", { optimizer: "adam", weightDecay: 0, clipNorm: 3 }],
];

describe("adamStep", () => {
  test.each(cases)("%s follows the paper in double precision", async (_, options) => {
    const step = compiled(options);
    let reference: Reference = { weights: start, mean: [0, 0, 0, 0], square: [0, 0, 0, 0] };
    let state = uploadState(reference);
    for (let t = 1; t <= 12; t++) {
      const gradient = gradientAt(t);
      reference = referenceStep(reference, gradient, t, 0.03, options);
      [state] = await step.run(state, upload(gradient), upload(adamRates(0.03, t)));
    }
    const weights = await state.parameters.data();
    for (const [i, expected] of reference.weights.entries()) {
      expect(Math.abs((weights[i] as number) - expected)).toBeLessThan(2e-5);
    }
    const square = await state.square.data();
    for (const [i, expected] of reference.square.entries()) {
      expect(Math.abs((square[i] as number) / expected - 1)).toBeLessThan(1e-5);
    }
    step.dispose();
  });

  test("the variants differ from each other, so that each case above says something", () => {
    const ends = cases.map(([, options]) => {
      let state: Reference = { weights: start, mean: [0, 0, 0, 0], square: [0, 0, 0, 0] };
      for (let t = 1; t <= 12; t++) state = referenceStep(state, gradientAt(t), t, 0.03, options);
      return state.weights[1]!.toFixed(3);
    });
    expect(new Set(ends).size).toBe(cases.length);
  });

  test("returns the norm before clipping", async () => {
    const options: AdamOptions = { optimizer: "adam", weightDecay: 0, clipNorm: 1 };
    const state = uploadState({ weights: start, mean: [0, 0, 0, 0], square: [0, 0, 0, 0] });
    const step = compiled(options);
    const [, norm] = await step.run(state, upload([3, 4, 0, 0]), upload(adamRates(0.1, 1)));
    expect(await norm.data()).toEqual(Float32Array.of(5));
    step.dispose();
  });

  test.each([
    ["a NaN gradient", [Number.NaN, 1, 1, 1]],
    ["an infinite gradient", [1, Infinity, 1, 1]],
    ["a gradient whose norm overflows", [1e30, 1, 1, 1]],
  ])("%s shows in the norm, and the old state is there to go back to", async (_, gradient) => {
    const options: AdamOptions = { optimizer: "adamw", weightDecay: 0.1, clipNorm: 1 };
    const before: Reference = { weights: start, mean: [1, 2, 3, 4], square: [5, 6, 7, 8] };
    const state = uploadState(before);
    const step = compiled(options);
    const [, norm] = await step.run(state, upload(gradient), upload(adamRates(0.1, 3)));
    expect(Number.isFinite((await norm.data())[0])).toBe(false);
    expect(await state.parameters.data()).toEqual(Float32Array.from(before.weights));
    expect(await state.mean.data()).toEqual(Float32Array.from(before.mean));
    expect(await state.square.data()).toEqual(Float32Array.from(before.square));
    step.dispose();
  });
});
