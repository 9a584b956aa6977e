import { ffjord, load, Model, type Rows, SolverError } from "pushforward";
import { affineContext, chain, continuous, fixedAffine } from "pushforward/bijectors";
import { defineDynamics } from "pushforward/core";
import { normal, transformed } from "pushforward/distributions";
import { concatSquash } from "pushforward/networks";
import { beforeAll, describe, expect, test } from "vitest";
import type { Bijector } from "../../src/core/bijector.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { type NDArray, np, random, ready, startEngine, tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { hostTree, velocityOnHost } from "../networks/host-dynamics.ts";
import { flowOnHost } from "../numerics/host-ode.ts";
import { type ClosedForm, closedForms } from "../support/closed-forms.ts";
import { rejection } from "../support/collect.ts";
import { engines, isBesideOnnx } from "../support/engines.ts";
import { liveBuffers } from "../support/live-buffers.ts";

beforeAll(() => ready());

const source = hostRandom(31);
const draw = (rows: number, columns: number, size = 1) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(size * source.normal())),
  );

/** Parameters of which none is zero: fresh dynamics stand still. */
function lively(flow: Distribution, size = 0.8) {
  const fresh = flow.init(random.key(0));
  const layout = layoutOf(fresh);
  tree.dispose(fresh as never);
  const noise = hostRandom(7);
  const flat = Float32Array.from({ length: layout.size }, () => size * noise.normal());
  return { layout, flat, upload: () => uploadParameters(layout, flat) };
}

const flowOf = (bijector: Bijector) =>
  transformed({ base: normal({ shape: bijector.shape }), bijector });

const logNormal = (z: readonly number[]) =>
  z.reduce((sum, value) => sum - 0.5 * (value ** 2 + Math.log(2 * Math.PI)), 0);

const rowsOf = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) =>
  Array.from({ length: shape[0]! }, (_, i) => [...data.slice(i * shape[1]!, (i + 1) * shape[1]!)]);

function expectNear(actual: ArrayLike<number>, wanted: ArrayLike<number>, limit: number) {
  expect(actual).toHaveLength(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const scale = Math.max(1, Math.abs(wanted[i]!));
    expect(Math.abs(actual[i]! - wanted[i]!) / scale).toBeLessThan(limit);
  }
}

const tight = { rtol: 1e-6, atol: 1e-6 };

test("blocks with a layer between them: the closed forms, one after the other", async () => {
  const shape = [2];
  const form = (name: keyof typeof closedForms) => closedForms[name] as ClosedForm;
  const [pace, linear] = [form("z cos t: a pace that changes"), form("A z: a linear map")];
  const solved = (dynamics: ClosedForm["dynamics"], time: number) =>
    continuous({ shape, dynamics, time, solver: tight });
  const flow = flowOf(
    chain({
      bijectors: [
        solved(pace.dynamics, 1.5),
        fixedAffine({ shift: [1, -2], scale: [1, -2] }),
        solved(linear.dynamics, 1.25),
      ],
    }),
  );
  const model = new Model({ flow, params: flow.init(random.key(0)) });
  const latents = draw(20, 2, 1.5);
  const data = latents.map((z) => {
    const [a, b] = pace.solution(z, 1.5, 0) as [number, number];
    return linear.solution([a + 1, -2 * b - 2], 1.25, 0);
  });
  const logDet = pace.logDet(1.5, 0) + Math.LN2 + linear.logDet(1.25, 0);
  const decoded = await model.decode(latents);
  expectNear(decoded.data, data.flat(), 1e-5);
  expect(model.evaluations).toBeGreaterThan(2 * 2 + 2 * 6);
  const encoded = await model.encode(rowsOf(decoded));
  expectNear(encoded.data, latents.flat(), 1e-5);
  const logProbs = await model.logProb(rowsOf(decoded));
  expectNear(
    logProbs,
    latents.map((z) => logNormal(z) - logDet),
    2e-5,
  );
  model.dispose();
});

describe("ffjord", () => {
  const flow = ffjord({ features: 2, hidden: [4], solver: tight });
  const { layout, flat, upload } = lively(flow);
  const rows = draw(12, 2, 2);
  let model: Model;
  beforeAll(() => {
    model = new Model({ flow, params: upload() });
  });

  test("densities and latents are those of a solver in double precision", async () => {
    const params = hostTree(layout, flat) as { bijector: object[] };
    const field = velocityOnHost({ kind: "concat", activation: "silu" }, params.bijector[0]!);
    const wanted = rows.map((row) => flowOnHost(field, row, [1, 0], 60));
    const logProbs = await model.logProb(rows);
    const taken = model.evaluations;
    expect(taken).toBeGreaterThan(2 + 6);
    expect((taken! - 2) % 6).toBe(0);
    expectNear(
      logProbs,
      wanted.map(({ z, logDet }) => logNormal(z) + logDet),
      1e-5,
    );
    expectNear(
      (await model.encode(rows)).data,
      wanted.flatMap(({ z }) => z),
      5e-6,
    );
    const back = await model.decode(await model.encode(rows));
    expectNear(back.data, rows.flat(), 1e-5);
  });

  test("a row gets the same alone and among others", async () => {
    const among = await model.logProb(rows);
    const alone = await model.logProb([rows[7]!]);
    expectNear(alone, [among[7]!], 1e-6);
  });

  test("equal seeds give equal draws, of that density", async () => {
    const draws = await model.sample(50, { seed: 3 });
    expect(await model.sample(50, { seed: 3 })).toEqual(draws);
    expect(await model.sample(50, { seed: 4 })).not.toEqual(draws);
    const latents = rowsOf(await model.encode(rowsOf(draws)));
    expectNear((await model.decode(latents)).data, draws.data, 1e-5);
  });

  test("saved and loaded it gives the same numbers", async () => {
    const again = await load(await model.toBytes());
    expect(await again.logProb(rows)).toEqual(await model.logProb(rows));
    expect(await again.sample(20)).toEqual(await model.sample(20));
    again.dispose();
  });

  test("what is made on the way is freed", async () => {
    await model.logProb(rows);
    const before = await liveBuffers();
    for (let i = 0; i < 3; i++) await model.logProb(rows);
    expect(await liveBuffers()).toBe(before);
  });

  test("far out and at zero nothing is NaN", async () => {
    const far = [1e-30, 1, 1e3, 1e10, 1e30].flatMap((size) => [
      [0, size],
      [-size, size],
    ]);
    const logProbs = await model.logProb(far);
    expect(logProbs.some(Number.isNaN)).toBe(false);
    const { data } = await model.decode(far);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  test("a fresh one is its base, in one step", async () => {
    const fresh = ffjord({ features: 2 });
    const still = new Model({ flow: fresh, params: fresh.init(random.key(1)) });
    expectNear(await still.logProb(rows), rows.map(logNormal), 1e-6);
    expect(still.evaluations).toBe(8);
    still.dispose();
  });

  test("equal steps are driven and counted, too", async () => {
    const fixed = ffjord({ features: 2, hidden: [4], solver: { method: "rk4", steps: 12 } });
    const stepped = new Model({ flow: fixed, params: upload() });
    expectNear(await stepped.logProb(rows), await model.logProb(rows), 1e-4);
    expect(stepped.evaluations).toBe(12 * 4);
    stepped.dispose();
  });

  test.skipIf(isBesideOnnx)("engines agree", async () => {
    const results = await Promise.all(
      engines.map(async (choice) => {
        const own = new Model({ flow, params: upload(), engine: await startEngine(choice) });
        const draws = await own.sample(20);
        const logProbs = await own.logProb(rows);
        own.dispose();
        return [...logProbs, ...draws.data];
      }),
    );
    for (const result of results.slice(1)) expectNear(result, results[0]!, 1e-5);
  });
});

test("a context is told to every evaluation, standardised where it is asked to be", async () => {
  // The contexts are alike but for rounding, which the steps of a gentle velocity do not see.
  const gentle = { dynamics: "concatSquash", activation: "tanh" } as const;
  const plain = ffjord({ features: 2, context: 2, hidden: [4], layers: 2, ...gentle });
  const { upload } = lively(plain);
  const { base, bijector } = plain.flow!;
  const wrapped = transformed({
    base,
    bijector: affineContext({ bijector, shift: [10, -1], scale: [4, 0.5] }),
  });
  const rows = draw(10, 2);
  const contexts = draw(10, 2);
  const raw = contexts.map(([a, b]) => [4 * a! + 10, 0.5 * b! - 1]);
  const [one, other] = [plain, wrapped].map((flow) => new Model({ flow, params: upload() }));
  const logProbs = await one!.logProb(rows, { context: contexts });
  expectNear(await other!.logProb(rows, { context: raw }), logProbs, 1e-5);
  expect(other!.evaluations).toBe(one!.evaluations);
  expectNear(
    (await other!.sample(10, { context: raw })).data,
    (await one!.sample(10, { context: contexts })).data,
    1e-5,
  );
  const turned = await one!.logProb(rows, { context: contexts.toReversed() });
  expect(Math.max(...turned.map((value, i) => Math.abs(value - logProbs[i]!)))).toBeGreaterThan(
    0.1,
  );
  one!.dispose();
  other!.dispose();
});

describe("a solution that does not come to its end", () => {
  /** One dimension without parameters. */
  const scalar = (velocity: (z: NDArray, time: NDArray) => NDArray, maxEvaluations?: number) => {
    const dynamics = defineDynamics<Record<string, never>>({
      kind: "scalar",
      options: {},
      init(key) {
        key.dispose();
        return {};
      },
      apply: (_, time, z) => velocity(z, time),
    });
    const solver = { maxEvaluations };
    const flow = flowOf(continuous({ shape: [1], dynamics, solver }));
    return new Model({ flow, params: flow.init(random.key(0)) });
  };
  const square = (z: NDArray, time: NDArray) => {
    time.dispose();
    return z.ref.mul(z);
  };

  // From z at time 0, 1 / (1 / z - t), which has no value from time 1 / z on.
  test.each([
    [3, "0.3333"],
    [1.25, "0.8"],
    [1e25, "0"],
    [1e30, "0"],
  ])("dynamics that blow up, from %d on", async (start, time) => {
    const model = scalar(square);
    const rows: Rows = Array.from({ length: 5000 }, (_, i) => [i === 4500 ? start : -1 - i / 5000]);
    const error = await rejection(model.decode(rows));
    expect(error).toBeInstanceOf(SolverError);
    expect(error).toMatchObject({ code: "solver", row: 4500 });
    expect(error.message).toMatch(
      new RegExp(
        `^row 4500: its solution stopped at time ${time}, on its way from 0 to 1, ` +
          "after \\d+ evaluations of the dynamics: no step is short enough",
      ),
    );
    expect(error.message).toMatch(/Raise solver\.rtol and solver\.atol, look for rows far from/);
    // The model goes on, and has freed what it had.
    const before = await liveBuffers();
    await rejection(model.decode(rows));
    expect(await liveBuffers()).toBe(before);
    const [z] = (await model.decode([[-1]])).data;
    expect(z).toBeCloseTo(-1 / 2, 4);
    model.dispose();
  });

  test.each<[number, RegExp]>([
    [
      1e4,
      /50\d evaluations of the dynamics, as many as maxEvaluations, 500, leaves room for: the dynamics are stiff, or there are too few\. Raise/,
    ],
    // Not even the first step can be short enough.
    [1e6, /\d\d evaluations of the dynamics: no step is short enough for the tolerances there/],
  ])("stiff dynamics, at a rate of %d", async (rate, message) => {
    const pulled = (z: NDArray, time: NDArray) => z.sub(np.cos(time)).mul(-rate);
    const model = scalar(pulled, 500);
    const error = await rejection(model.decode([[1], [0.5]]));
    expect(error).toBeInstanceOf(SolverError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^row \d: its solution stopped at time 0.* from 0 to 1, after/);
    model.dispose();
  });
});

test("a layer without a context solves beside one with it", async () => {
  const shape = [2];
  const flow = transformed({
    base: normal({ shape }),
    bijector: chain({
      bijectors: [
        continuous({ shape, dynamics: concatSquash({ hidden: [3] }) }),
        continuous({ shape, condShape: [1], dynamics: concatSquash({ hidden: [3] }) }),
      ],
    }),
  });
  const model = new Model({ flow, params: lively(flow).upload() });
  const context = draw(5, 1);
  const drawn = await model.sample(5, { context });
  const back = await model.decode(await model.encode(drawn, { context }), { context });
  expectNear(back.data, drawn.data, 1e-3);
  expect(await model.logProb(drawn, { context })).not.toContain(Number.NaN);
  model.dispose();
});
