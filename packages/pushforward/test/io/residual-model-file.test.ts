import { fit, load, Model, ModelFileError } from "pushforward";
import { blockwise, residual, variationalDequantization } from "pushforward/bijectors";
import { normal, transformed } from "pushforward/distributions";
import { residualFlow } from "pushforward/flows";
import { lipschitzMlp } from "pushforward/networks";
import { beforeAll, expect, test } from "vitest";
import { random, ready } from "../../src/engine/index.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { norm } from "../bijectors/program.ts";
import { rejection } from "../support/collect.ts";
import { isBesideOnnx } from "../support/engines.ts";

beforeAll(() => ready());

const source = hostRandom(1);
const ring = Array.from({ length: 600 }, () => {
  const angle = 2 * Math.PI * source.uniform();
  return [Math.cos(angle), Math.sin(angle)].map((x) => x + 0.1 * source.normal());
});

/** The bytes of a model with a tensor's numbers changed. */
function changed(bytes: Uint8Array, path: RegExp, change: (values: Float32Array) => Float32Array) {
  const { tensors, metadata } = decodeSafetensors(bytes, "model");
  const [name, tensor] = [...tensors].find(([each]) => path.test(each))!;
  tensors.set(name, { ...tensor, data: change((tensor.data as Float32Array).slice()) });
  return encodeSafetensors(tensors, metadata);
}

test.skipIf(isBesideOnnx)(
  "a fitted residual flow loads, samples and inverts; a tampered one is refused",
  async () => {
    const flow = residualFlow({ features: 2, layers: 2, hidden: [8] });
    const options = { seed: 0, steps: 60, batchSize: 128, learningRate: 2e-2, validateEvery: 30 };
    const model = await fit(flow, ring, options);
    const bytes = await model.toBytes();
    const again = await load(bytes);
    const { data } = await again.sample(50, { seed: 1 });
    const latents = await again.encode(
      Array.from({ length: 50 }, (_, i) => [...data.slice(2 * i, 2 * i + 2)]),
    );
    const back = await again.decode(
      Array.from({ length: 50 }, (_, i) => [...latents.data.slice(2 * i, 2 * i + 2)]),
    );
    for (const [i, value] of data.entries())
      expect(Math.abs(back.data[i]! - value)).toBeLessThan(1e-4);

    // Larger weights are brought back within their bounds: another model, but one that is invertible.
    const large = changed(bytes, /layers\.1\.weight$/, (w) => w.map((value) => 1000 * value));
    await load(large);
    // Vectors that are turned away find norms that are too small.
    const stale = changed(large, /layers\.1\.vector$/, (v) =>
      v.map((value, i) => (i % 2 ? value : -value)),
    );
    const none = changed(large, /layers\.1\.vector$/, (v) => v.fill(0));
    for (const each of [stale, none]) {
      const attempt = load(each);
      await expect(attempt).rejects.toThrow(ModelFileError);
      await expect(attempt).rejects.toThrow(
        /^model: layer bijector\S* \(residual\): the Lipschitz constant of its network can only be said to be below \d/,
      );
    }
  },
);

test.skipIf(isBesideOnnx)(
  "after a fit the vectors are settled, though its steps lag behind",
  async () => {
    const options = { layers: 1, hidden: [], coefficient: 0.995, iterations: 1 };
    const flow = residualFlow({ features: 6, ...options });
    const rows = ring.map(([x, y], i) => [x!, y!, x! - y!, x! + 3 * y!, Math.cos(i), x! * y!]);
    const model = await fit(flow, rows, { steps: 5, batchSize: 64, learningRate: 0.5, seed: 0 });
    const bytes = await model.toBytes();
    const { tensors } = decodeSafetensors(bytes, "model");
    const of = (name: string) =>
      Array.from(
        [...tensors].find(([path]) => path.endsWith(`layers.0.${name}`))![1].data as Float32Array,
      );
    const weight = of("weight");
    const vector = of("vector");
    const times = (v: number[], at: (i: number, j: number) => number) =>
      v.map((_, i) => v.reduce((sum, value, j) => sum + value * weight[at(i, j)]!, 0));
    const image = times(vector, (i, j) => 6 * i + j);
    const again = times(image, (i, j) => 6 * j + i);
    const [sigma, size] = [norm(image) / norm(vector), norm(again)];
    expect(sigma).toBeGreaterThan(1);
    // A singular vector: its length is 1, and a further step leads nowhere.
    expect(norm(again.map((value, i) => value / size - vector[i]!))).toBeLessThan(1e-3);
    (await load(bytes)).dispose();
    model.dispose();
  },
);

const shape = [2];
const network = lipschitzMlp({ hidden: [4] });
const base = normal({ shape });
const layer = residual({ shape, network });
const noise = residual({ shape, condShape: shape, network });
const parts = {
  "its layer 0 (residual)": transformed({
    base,
    bijector: blockwise({ features: 2, blocks: [{ indices: [0, 1], bijector: layer }] }),
  }),
  "its noise's residual": transformed({ base, bijector: variationalDequantization({ noise }) }),
  "layer bijector (residual)": transformed({
    base: transformed({ base, bijector: layer }),
    bijector: residual({ shape, network: lipschitzMlp({ hidden: [] }) }),
  }),
};

test.each(Object.entries(parts))(
  "a tampered layer inside of another part: %s",
  async (place, flow) => {
    const model = new Model({ flow, params: flow.init(random.key(0)) });
    const bytes = await model.toBytes();
    (await load(bytes)).dispose();
    const large = changed(bytes, /layers\.1\.weight$/, (w) => w.map((value) => 1e6 * value));
    const stale = changed(large, /layers\.1\.vector$/, (v) => v.fill(0));
    const error = await rejection(load(stale));
    expect(error).toBeInstanceOf(ModelFileError);
    expect(error.message).toContain(`${place}: the Lipschitz constant of its network`);
    model.dispose();
  },
);
