import { beforeAll, describe, expect, test } from "vitest";
import { compile, type NDArray, np, ready, type Tree, tree } from "../../src/engine/index.ts";
import { type AdamOptions, type AdamState, adamRates, adamStep } from "../../src/training/adam.ts";

beforeAll(ready);

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

const upload = ({ weights, mean, square }: Reference): AdamState => ({
  parameters: np.array(weights),
  mean: np.array(mean),
  square: np.array(square),
});

type Step = (
  state: AdamState,
  loss: NDArray,
  gradient: NDArray,
  rates: NDArray,
) => [AdamState, NDArray];

function compiled(options: AdamOptions): Step {
  return compile(
    (state: AdamState, loss: NDArray, gradient: NDArray, rates: NDArray) =>
      adamStep(state, loss, gradient, rates, options) as unknown as Tree,
  ) as unknown as Step;
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
    let state = upload(reference);
    for (let t = 1; t <= 12; t++) {
      const gradient = gradientAt(t);
      reference = referenceStep(reference, gradient, t, 0.03, options);
      const [next, norm] = step(state, np.array(1), np.array(gradient), adamRates(0.03, t));
      norm.dispose();
      state = next;
    }
    const weights = await state.parameters.ref.data();
    for (const [i, expected] of reference.weights.entries()) {
      expect(Math.abs((weights[i] as number) - expected)).toBeLessThan(2e-5);
    }
    const square = await state.square.ref.data();
    for (const [i, expected] of reference.square.entries()) {
      expect(Math.abs((square[i] as number) / expected - 1)).toBeLessThan(1e-5);
    }
    tree.dispose(state);
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
    const state = upload({ weights: start, mean: [0, 0, 0, 0], square: [0, 0, 0, 0] });
    const gradient = np.array([3, 4, 0, 0]);
    const [next, norm] = compiled(options)(state, np.array(1), gradient, adamRates(0.1, 1));
    expect(await norm.data()).toEqual(Float32Array.of(5));
    tree.dispose(next);
  });

  test.each([
    ["a NaN gradient", 1, [Number.NaN, 1, 1, 1]],
    ["an infinite gradient", 1, [1, Infinity, 1, 1]],
    ["a gradient whose norm overflows", 1, [1e30, 1, 1, 1]],
    ["a NaN loss", Number.NaN, [1, 1, 1, 1]],
    ["an infinite loss", Infinity, [1, 1, 1, 1]],
  ])("%s leaves weights and moments as they are", async (_, loss, gradient) => {
    const options: AdamOptions = { optimizer: "adamw", weightDecay: 0.1, clipNorm: 1 };
    const before: Reference = { weights: start, mean: [1, 2, 3, 4], square: [5, 6, 7, 8] };
    const [next, norm] = compiled(options)(
      upload(before),
      np.array(loss),
      np.array(gradient),
      adamRates(0.1, 3),
    );
    norm.dispose();
    expect(await next.parameters.data()).toEqual(Float32Array.from(before.weights));
    expect(await next.mean.data()).toEqual(Float32Array.from(before.mean));
    expect(await next.square.data()).toEqual(Float32Array.from(before.square));
  });
});
