import { load, Model, SolverError } from "pushforward";
import { actNorm, chain, invert, multiScale, reshaped, residual } from "pushforward/bijectors";
import { type ContractiveTrees, defineContractiveNetwork } from "pushforward/core";
import { normal, transformed } from "pushforward/distributions";
import { beforeAll, describe, expect, test } from "vitest";
import type { Bijector } from "../../src/core/bijector.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import { downloadParameters, layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { np, random, ready, type Tree, tree } from "../../src/engine/index.ts";
import { lipschitzConvNet, lipschitzMlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { apply } from "../bijectors/host.ts";
import { norm } from "../bijectors/program.ts";
import { rejection } from "../support/collect.ts";
import { liveBuffers } from "../support/live-buffers.ts";

beforeAll(() => ready());

const source = hostRandom(17);
const draw = (rows: number, columns: number, size = 1) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(size * source.normal())),
  );

const flowOf = (bijector: Bijector) =>
  transformed({ base: normal({ shape: bijector.shape }), bijector });

const logNormal = (z: readonly number[]) =>
  z.reduce((sum, value) => sum - 0.5 * (value ** 2 + Math.log(2 * Math.PI)), 0);

const rowsOf = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) =>
  Array.from({ length: shape[0]! }, (_, i) => [...data.slice(i * shape[1]!, (i + 1) * shape[1]!)]);

/** Parameters whose last layers are at their bounds: they start small, and the iteration has little to do. */
async function lively(flow: Distribution, factor = 200) {
  const fresh = flow.init(random.key(0)) as Tree;
  const layout = layoutOf(fresh);
  const flat = await downloadParameters(fresh);
  for (const { path, offset, size } of layout.slots) {
    if (!path.endsWith("layers.1.weight")) continue;
    for (let i = offset; i < offset + size; i++) flat[i]! *= factor;
  }
  return () => uploadParameters(layout, flat);
}

const modelOf = async (flow: Distribution) =>
  new Model({ flow, params: (await lively(flow))() as never });

/** The largest error of a row, relative to the row's largest number and at least 1. */
const errorOf = (row: readonly number[], wanted: readonly number[]) =>
  Math.max(...row.map((value, i) => Math.abs(value - wanted[i]!))) /
  Math.max(1, ...wanted.map(Math.abs));

const worst = (rows: readonly number[][], wanted: readonly number[][]) =>
  Math.max(...rows.map((row, i) => errorOf(row, wanted[i]!)));

const network = lipschitzMlp({ hidden: [8], coefficient: 0.9 });

describe("a residual layer in a model", () => {
  const layer = (tolerance?: number) => residual({ shape: [3], network, tolerance });
  const rows = draw(30, 3, 2);

  test("its inverse is within the tolerance, and takes no more evaluations than that asks for", async () => {
    const used: number[] = [];
    for (const tolerance of [1e-1, 1e-3, 1e-5]) {
      const model = await modelOf(flowOf(layer(tolerance)));
      const data = rowsOf(await model.decode(rows));
      expect(worst(data, rows)).toBeGreaterThan(0.2);
      expect(model.evaluations).toBeUndefined();
      expect(worst(rowsOf(await model.encode(data)), rows)).toBeLessThan(tolerance);
      used.push(model.evaluations!);
      model.dispose();
    }
    expect(used[0]!).toBeLessThan(used[1]!);
    expect(used[1]!).toBeLessThan(used[2]!);
  });

  test("its densities are those of the way forward", async () => {
    const flow = flowOf(layer());
    const params = await lively(flow);
    const { bijector } = params() as { bijector: never };
    const { y, logDet } = await apply(flow.flow.bijector, "forward", bijector, rows);
    const model = new Model({ flow, params: params() as never });
    const logProbs = await model.logProb(y);
    rows.forEach((z, i) => {
      expect(Math.abs(logProbs[i]! - (logNormal(z) - logDet[i]!))).toBeLessThan(2e-4);
    });
    model.dispose();
  });

  test("after each step the error is at most c / (1 - c) times the step", async () => {
    const bijector = layer();
    const flow = flowOf(bijector);
    const params = ((await lively(flow))() as { bijector: Tree }).bijector;
    const { y } = await apply(bijector, "forward", tree.ref(params as never), rows);
    const { start, step } = bijector.iterations!.inverse!;
    const used = () => tree.ref(params as never) as never;
    let state = start(used(), np.array(y), undefined, true);
    let before = y;
    const factor = network.lipschitz / (1 - network.lipschitz);
    for (let k = 1; k <= 12; k++) {
      state = step(used(), state, undefined);
      const x = rowsOf({ data: (await state.x!.ref.data()) as Float32Array, shape: [30, 3] });
      x.forEach((row, i) => {
        const error = norm(row.map((value, j) => value - rows[i]![j]!));
        const moved = norm(row.map((value, j) => value - before[i]![j]!));
        if (moved > 0) expect(error).toBeLessThan(factor * moved + 1e-5);
      });
      before = x;
    }
    tree.dispose([state, params] as never);
  });

  test("a row gets the same alone and among others that take longer", async () => {
    const model = await modelOf(flowOf(layer()));
    const data = rowsOf(await model.decode([[0.001, 0, 0], ...draw(20, 3, 100)]));
    const among = rowsOf(await model.encode(data));
    const longest = model.evaluations!;
    const alone = rowsOf(await model.encode([data[0]!]));
    expect(model.evaluations).toBeLessThan(longest);
    expect(errorOf(alone[0]!, among[0]!)).toBeLessThan(1e-6);
    model.dispose();
  });

  test("what is made on the way is freed, and a loaded model gives the same numbers", async () => {
    const model = await modelOf(flowOf(layer()));
    const wanted = await model.logProb(rows);
    const before = await liveBuffers();
    for (let i = 0; i < 3; i++) await model.logProb(rows);
    expect(await liveBuffers()).toBe(before);
    const again = await load(await model.toBytes());
    expect(await again.logProb(rows)).toEqual(wanted);
    again.dispose();
    model.dispose();
  });
});

test("a conditional layer after an unconditional one: each gets its own context, or none", async () => {
  const shape = [2];
  const flow = flowOf(
    chain({
      bijectors: [
        residual({ shape, network }),
        actNorm({ shape }),
        residual({ shape, condShape: [2], network }),
      ],
    }),
  );
  const model = await modelOf(flow);
  const [latents, context] = [draw(12, 2), draw(12, 2)];
  const data = rowsOf(await model.decode(latents, { context }));
  const back = rowsOf(await model.encode(data, { context }));
  expect(worst(back, latents)).toBeLessThan(5e-5);
  const turned = rowsOf(await model.encode(data, { context: context.toReversed() }));
  expect(worst(turned, latents)).toBeGreaterThan(0.1);
  model.dispose();
});

test("layers in wrappings are iterated, what they set aside with them", async () => {
  const contraction = lipschitzConvNet({ hidden: [4], coefficient: 0.9 });
  const step = (shape: number[]) => ({
    squeezed: invert({ bijector: residual({ shape, network: contraction }) }),
  });
  const vectors = residual({ shape: [16], network });
  const shape = [1, 4, 4];
  const bijectors = [
    multiScale({ levels: [step([4, 2, 2]), step([8, 1, 1])] }),
    reshaped({ shape, bijector: invert({ bijector: vectors }) }),
  ];
  const flow = flowOf(chain({ bijectors }));
  const params = await lively(flow, 1000);
  const model = new Model({ flow, params: params() as never });
  const latents = draw(6, 16);
  const { data } = await model.decode(latents);
  // Three layers, each in steps of its own; a program that is compiled as a whole takes up to 100 in each.
  expect(model.evaluations).toBeGreaterThan(3 * 4);
  expect(model.evaluations).toBeLessThan(3 * 40);
  const images = Array.from({ length: 6 }, (_, i) => [...data.slice(16 * i, 16 * i + 16)]);
  expect(worst(images, latents)).toBeGreaterThan(0.1);
  const back = (await model.encode(images)).data;
  const rows = Array.from({ length: 6 }, (_, i) => [...back.slice(16 * i, 16 * i + 16)]);
  expect(worst(rows, latents)).toBeLessThan(5e-5);
  model.dispose();
});

describe("what is no contraction", () => {
  /** `g(x) = -rate x` that says its constant is 1/2. */
  const scaled = (rate: number) =>
    defineContractiveNetwork<ContractiveTrees>({
      kind: "scaled",
      options: { rate },
      lipschitz: 0.5,
      init(key) {
        key.dispose();
        return {};
      },
      boundAt: () => 0.5,
      constrain: (params) => params,
      apply: (_, x) => x.mul(-rate),
      linearize: (_, x) => [x.mul(-rate), {}],
      push: (_, vectors) => vectors.mul(-rate),
    });
  const model = (rate: number) => {
    const flow = flowOf(residual({ shape: [1], network: scaled(rate) }));
    return new Model({ flow, params: flow.init(random.key(0)) });
  };

  test("a network of a user's own: as many evaluations as the bound of the error takes", async () => {
    const own = model(0.5);
    const { data } = await own.encode([[0], [1], [-3]]);
    for (const [i, wanted] of [0, 2, -6].entries())
      expect(data[i]! / (wanted || 1)).toBeCloseTo(wanted && 1, 4);
    // The step 2^-k comes below 1e-5 times the value 2 with k = 16, and that of 3 relative to 6 as well.
    expect(own.evaluations).toBe(16);
    own.dispose();
  });

  // 1e-12, where no contraction could still be moving, is reached after 40 steps; larger numbers overflow before.
  test.each([
    [1, 41],
    [1e4, 10],
  ])("a rate of %d", async (rate, evaluations) => {
    const own = model(rate);
    const rows = [[0], [0], [1], [2]];
    const error = await rejection(own.encode(rows));
    expect(error).toBeInstanceOf(SolverError);
    expect(error).toMatchObject({ code: "solver" });
    expect(error.message).toMatch(
      new RegExp(
        `^row \\d: a residual layer's fixed-point iteration has not come to rest after ${evaluations} evaluations of its ` +
          "network, which a contraction would have: .* Train on with more iterations, or a smaller learningRate\\.$",
      ),
    );
    const before = await liveBuffers();
    await rejection(own.encode(rows));
    expect(await liveBuffers()).toBe(before);
    own.dispose();
  });
});
