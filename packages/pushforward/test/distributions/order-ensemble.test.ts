import { fit } from "pushforward";
import { beforeAll, expect, test } from "vitest";
import { invert, maskedAutoregressive } from "../../src/bijectors/index.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import { duringTraining } from "../../src/core/training-mode.ts";
import { normal, orderEnsemble, transformed } from "../../src/distributions/index.ts";
import { np, ready } from "../../src/engine/index.ts";
import { made } from "../../src/flows/index.ts";
import { maskedMlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { affine } from "../../src/transformers/index.ts";

beforeAll(() => ready());

const shape = [3];
const parts = { shape, transformer: affine(), conditioner: maskedMlp({ hidden: [16] }) };
const ensemble = orderEnsemble({ ...parts, base: normal({ shape }), orders: 4, seed: 1 });

/** All orders of three dimensions. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

const layout = layoutOf(ensemble.init(keyOf(0)));
const values = (() => {
  const source = hostRandom(2);
  return Float32Array.from({ length: layout.size }, () => 0.5 * source.normal());
})();
const rows = [0.3, -1, 0.7, 1.2, 0.1, -0.4];
const x = () => np.array(Float32Array.from(rows), { shape: [2, 3] });
const params = () => uploadParameters(layout, values) as { base: never; network: never };

/** The density of a single order, by the layer of the flow. */
async function inOrder(order: readonly number[]): Promise<number[]> {
  const bijector = invert({ bijector: maskedAutoregressive({ ...parts, order }) });
  const flow: Distribution = transformed({ base: normal({ shape }), bijector });
  const { base, network } = params();
  return [...(await flow.logProb({ base, bijector: { network } }, x()).data())];
}

test("a training step has the density of one order, and steps have different ones", async () => {
  const single = await Promise.all(orders.map(inOrder));
  const seen = new Set<number>();
  for (let step = 0; step < 20; step++) {
    const [logProb] = duringTraining(keyOf(step), () => ensemble.logProb(params(), x()));
    const got = [...(await logProb.data())] as number[];
    const which = single.findIndex((each) => each.every((v, i) => Math.abs(v - got[i]!) < 1e-4));
    expect(which).toBeGreaterThanOrEqual(0);
    seen.add(which);
  }
  // Twenty fair draws of six miss two or more of them with probability 0.0045 and are fixed by their keys.
  expect(seen.size).toBeGreaterThanOrEqual(5);
});

test("otherwise the density is the mean over its orders", async () => {
  const fixed = Array.from({ length: 4 }, (_, m) => [...hostRandom(1, m).shuffle(3)]);
  const single = await Promise.all(fixed.map(inOrder));
  const got = await ensemble.logProb(params(), x()).data();
  for (const row of [0, 1]) {
    const mean = single.reduce((sum, each) => sum + Math.exp(each[row]!) / 4, 0);
    expect(got[row]).toBeCloseTo(Math.log(mean), 4);
  }
});

test("declares what its directions cost, which a model's summary shows", async () => {
  expect(ensemble.cost).toEqual({ density: "parallel", sampling: "sequential" });
  const rows = [0, 1, 2, 3, 4, 5].map((i) => [Math.sin(i), Math.cos(2 * i)]);
  const model = await fit(made({ features: 2, components: 2, orders: 2 }), rows, { steps: 2 });
  expect(model.summary()).toContain("cost: sampling root search, density one pass");
  model.dispose();
});

test("made over orders learns from contexts far from 0", async () => {
  const source = hostRandom(6);
  const context = Array.from({ length: 800 }, () => [50_000 + 20_000 * source.normal()]);
  const data = context.map(([c]) => {
    const a = (c! - 50_000) / 20_000 + 0.3 * source.normal();
    return [a, a + 0.3 * source.normal()];
  });
  const flow = made({ features: 2, context: 1, hidden: [32], orders: 2 });
  const model = await fit(flow, data, { context, steps: 300, learningRate: 5e-3 });
  const logProb = await model.logProb(data, { context });
  const mean = logProb.reduce((sum, value) => sum + value / logProb.length, 0);
  // Two normals of deviation 0.3: -2 log(0.3) - log(2 pi e) = -0.43.
  expect(mean).toBeGreaterThan(-0.6);
  model.dispose();
});
