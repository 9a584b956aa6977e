import { beforeAll, describe, expect, test } from "vitest";
import { type ResidualLogDet, residual } from "../../src/bijectors/index.ts";
import { keyOf } from "../../src/core/seed.ts";
import { disposeEffects, duringTraining } from "../../src/core/training-mode.ts";
import {
  jit,
  type NDArray,
  noiseRequests,
  np,
  random,
  ready,
  type Tree,
  tree,
  valueAndGrad,
} from "../../src/engine/index.ts";
import { lipschitzMlp } from "../../src/networks/index.ts";
import { type HostRandom, hostRandom } from "../../src/numerics/host-random.ts";
import { drawNoise, withTrainingNoise } from "../../src/training/training-noise.ts";
import { drawTruncation } from "../../src/training/truncation.ts";
import { apply } from "./host.ts";

beforeAll(() => ready());

const d = 3;
const DRAWS = 400;
const network = lipschitzMlp({ hidden: [6], coefficient: 0.8 });
const build = (logDet: ResidualLogDet) => residual({ shape: [d], network, logDet });

/** The last layer starts small: here it is at its bound, where the series has many terms to it. */
function lively() {
  const { layers } = network.init(random.key(2), [d], 0);
  const scaled = layers.map((layer, depth) =>
    depth === 0 ? layer : { ...layer, weight: layer.weight.mul(100) },
  );
  return { network: { layers: scaled } };
}

const source = hostRandom(4);
const rows = Array.from({ length: 6 }, () => Array.from({ length: d }, () => source.normal()));

const logDets = async (method: ResidualLogDet) =>
  (await apply(build(method), "forward", lively(), rows)).logDet;

const largestDifference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

test("the truncated series comes within its bound of the exact log-determinant", async () => {
  const exact = await logDets("exact");
  expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(0.2);
  for (const terms of [1, 2, 4, 8]) {
    const error = largestDifference(exact, await logDets({ series: "truncated", terms }));
    const c = network.lipschitz;
    expect(error).toBeLessThan((d * c ** (terms + 1)) / ((terms + 1) * (1 - c)));
  }
  const many = await logDets({ series: "truncated", terms: 40 });
  expect(largestDifference(exact, many)).toBeLessThan(1e-4);
});

test("by default it has as many terms as keep the bound below 0.0004 per dimension", async () => {
  const error = largestDifference(await logDets("exact"), await logDets({ series: "truncated" }));
  expect(error).toBeLessThan(4e-4 * d);
  expect(error).toBeGreaterThan(0);
});

test("evaluation of few dimensions is exact under roulette, and its fixed vectors are always the same", async () => {
  expect(await logDets({ series: "roulette" })).toEqual(await logDets("exact"));
  const fixed = { series: "truncated", terms: 4, evaluationProbes: 2 } as const;
  expect(await logDets(fixed)).toEqual(await logDets(fixed));
  expect(await logDets(fixed)).not.toEqual(await logDets({ series: "truncated", terms: 4 }));
});

test("a spec says the whole method: other defaults do not change models that were saved", () => {
  const methodOf = (size: number, logDet?: ResidualLogDet) =>
    (residual({ shape: [size], network, logDet }).spec.options as { logDet: object }).logDet;
  const usual = { probes: 1, evaluationProbes: 64, exactTerms: 2, stop: 0.5 };
  const roulette = { series: "roulette", ...usual, terms: expect.any(Number) };
  expect(methodOf(8)).toBe("exact");
  expect(methodOf(9)).toEqual({ ...roulette, evaluation: "exact" });
  expect(methodOf(33)).toEqual({ ...roulette, evaluation: "truncated" });
  expect(methodOf(33, { series: "roulette", evaluation: "exact", probes: 2 })).toEqual({
    ...roulette,
    probes: 2,
    evaluation: "exact",
  });
  expect(methodOf(2, { series: "truncated", terms: 5 })).toEqual({
    ...usual,
    series: "truncated",
    terms: 5,
    evaluation: "truncated",
  });
});

test("evaluation is what it is asked to be, whatever training does", async () => {
  const exact = await logDets("exact");
  expect(await logDets({ series: "truncated", terms: 2, evaluation: "exact" })).toEqual(exact);
  const truncated = await logDets({ series: "truncated", terms: 2 });
  expect(await logDets({ series: "roulette", terms: 2, evaluation: "truncated" })).toEqual(
    truncated,
  );
});

describe("in a training step", () => {
  test.each(["roulette", "truncated"] as const)("%s: as many vectors as asked for", (series) => {
    const bijector = build({ series, probes: 5 });
    const requests = noiseRequests(() => {
      const [results, effects] = duringTraining(keyOf(0), () =>
        bijector.forwardAndLogDet(lively() as never, np.zeros([4, d])),
      );
      disposeEffects(effects);
      return results;
    });
    expect(requests.at(-1)).toEqual({ kind: "uniform", shape: [5, 4, d] });
  });

  const copies = 64;
  const copied = () =>
    np.array(
      Float32Array.from({ length: copies * d }, (_, i) => rows[0]![i % d]!),
      { shape: [copies, d] },
    );
  const uniform = (random: HostRandom) =>
    np.array(
      Float32Array.from({ length: copies * d }, () => random.uniform()),
      { shape: [1, copies, d] },
    );

  /** Mean over copies of a row of the log-determinant, and its derivative along a direction of the parameters. */
  function programOf(method: ResidualLogDet) {
    const bijector = build(method);
    const program = jit((params: Tree, noise: NDArray[]) => {
      const mean = (at: Tree) => {
        const [[y, logDet], effects] = withTrainingNoise(tree.ref(noise), () =>
          bijector.forwardAndLogDet(at as never, copied()),
        );
        y.dispose();
        disposeEffects(effects);
        return logDet.mean();
      };
      const differentiate = valueAndGrad(mean as never) as unknown as (at: Tree) => [NDArray, Tree];
      const [value, slopes] = differentiate(params);
      const along = (tree.leaves(slopes as never) as NDArray[]).map((leaf, i) =>
        leaf.mul(Math.cos(i + 1)).sum(),
      );
      return np.stack([value, along.reduce((sum, each) => sum.add(each))]);
    });
    return async (noise: NDArray[]) => [...(await program(lively(), noise).data())];
  }

  /** The mean of many draws, and what it may be off by. */
  function summarize(draws: readonly number[]) {
    const mean = draws.reduce((sum, value) => sum + value) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
    return { mean, error: 3 * Math.sqrt(variance / draws.length) };
  }

  test("roulette: value and gradient are right in the mean, with 4 terms on average", async () => {
    const law = { exactTerms: 2, stop: 0.5 };
    const [exact, estimate] = [programOf("exact"), programOf({ series: "roulette" })];
    const random = hostRandom(1);
    const draws: number[][] = [];
    let terms = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      const { values } = drawTruncation(law, random);
      terms += values.length / DRAWS;
      const weights = new Float32Array(2 ** Math.ceil(Math.log2(values.length)));
      weights.set(values);
      draws.push(await estimate([np.array(weights), uniform(random)]));
    }
    expect(Math.abs(terms - 4)).toBeLessThan(3 * Math.sqrt(2 / DRAWS));
    for (const [i, wanted] of (await exact([])).entries()) {
      const { mean, error } = summarize(draws.map((each) => each[i]!));
      expect(Math.abs(mean - wanted), `${mean} for ${wanted}, ${terms} terms`).toBeLessThan(error);
      expect(error).toBeLessThan(0.2 * Math.abs(wanted));
    }
  });

  test("truncated: random vectors are right in the mean", async () => {
    const [exact] = await programOf("exact")([]);
    const estimate = programOf({ series: "truncated", terms: 16 });
    const random = hostRandom(2);
    const draws: number[] = [];
    for (let draw = 0; draw < 100; draw++) draws.push((await estimate([uniform(random)]))[0]!);
    const { mean, error } = summarize(draws);
    expect(Math.abs(mean - exact!), `${mean} for ${exact}`).toBeLessThan(error);
    expect(error).toBeLessThan(0.1 * Math.abs(exact!));
  });

  test("the number of terms is a pure function of seed and step, and what all layers ask for is filled up", async () => {
    const noise = Array.from({ length: 3 }, () => ({
      kind: "truncation" as const,
      law: { exactTerms: 2, stop: 0.5 },
    }));
    const lengths = new Set<number>();
    for (let step = 0; step < 20; step++) {
      const [first, ...others] = drawNoise(noise, 5, 7, step);
      const again = drawNoise(noise, 5, 7, step);
      expect(await again[0]!.data()).toEqual(await first!.data());
      for (const other of others) expect(other.shape).toEqual(first!.shape);
      expect([...(await first!.data())].slice(0, 3)).toEqual([1, 1, 1]);
      lengths.add(first!.shape[0]!);
    }
    expect([...lengths].sort()).toEqual([4, 8]);
  });
});

test.each([
  ["series", /^residual: logDet must be "exact"/],
  [{ series: "other" }, /^residual: logDet must be "exact"/],
  [{ series: "roulette", stop: 1 }, /^residual: logDet: stop must lie between 0 and 1/],
  [{ series: "truncated", terms: 0 }, /^residual: logDet: terms must be a positive integer/],
  [
    { series: "truncated", evaluation: "roulette" },
    /^residual: logDet: evaluation must be "exact" or/,
  ],
  [{ series: "truncated", term: 3 }, /^residual: logDet: there is no option "term"/],
])("what there is not says so (%#)", (method, message) => {
  expect(() => build(method as never)).toThrow(message);
});
