import { beforeAll, describe, expect, test } from "vitest";
import { residual } from "../../src/bijectors/index.ts";
import { downloadParameters, hostParameters, layoutOf } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import { duringTraining } from "../../src/core/training-mode.ts";
import { type NDArray, np, random, ready, type Tree, tree } from "../../src/engine/index.ts";
import { type LipschitzParams, lipschitzConvNet, lipschitzMlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { logAbsDet } from "../../src/numerics/log-abs-det.ts";
import { apply } from "./host.ts";
import { identity, type Matrix, matrixOf, product, transpose } from "./matrices.ts";
import { norm, relativeError } from "./program.ts";

beforeAll(() => ready());

const source = hostRandom(3);
const draw = (rows: number, columns: number, size = 1) =>
  matrixOf(rows, columns, () => Math.fround(size * source.normal()));

/** The largest singular value, by squaring the Gram matrix until it has one direction left. */
function spectralNorm(weight: Matrix): number {
  let gram = product(transpose(weight), weight);
  let log = 0;
  for (let step = 1; step <= 30; step++) {
    const size = norm(gram.flat());
    if (size === 0) return 0;
    log += Math.log(size) / 2 ** step;
    const scaled = gram.map((row) => row.map((value) => value / size));
    gram = product(scaled, scaled);
  }
  return Math.exp(log);
}

const download = async (array: NDArray): Promise<Matrix> => {
  const width = array.shape[1] as number;
  const flat = [...(await array.data())];
  return matrixOf(flat.length / width, width, (i, j) => flat[i * width + j]!);
};

describe("lipschitzMlp", () => {
  const network = lipschitzMlp({ hidden: [16, 12], coefficient: 0.9, iterations: 12 });
  const normsOf = async (params: LipschitzParams) => {
    const { layers } = network.constrain(params);
    const weights = await Promise.all(layers.map(({ weight }) => download(weight)));
    return weights.map(spectralNorm);
  };

  test("declares the product of its layers' constants", () => {
    expect(network.lipschitz).toBeCloseTo(0.9 ** 3, 12);
  });

  test("fresh weights are within their bounds, whatever the vectors", async () => {
    for (let seed = 0; seed < 4; seed++) {
      for (const size of await normsOf(network.init(random.key(seed), [3], 0))) {
        expect(size).toBeLessThan(0.9 * (1 + 1e-6));
      }
    }
  });

  test("training steps bring any weights within their bounds, and keep what is smaller", async () => {
    for (let seed = 0; seed < 2; seed++) {
      let params = network.init(random.key(seed), [3], 0);
      const weights = params.layers.map(({ weight }, depth) => weight.mul(depth === 2 ? 1 : 5));
      params = { layers: params.layers.map((layer, i) => ({ ...layer, weight: weights[i]! })) };
      for (let step = 0; step < 4; step++) {
        const before = params;
        const [constrained, { updates }] = duringTraining(keyOf(0), () =>
          network.constrain(tree.ref(before) as LipschitzParams),
        );
        tree.dispose(constrained);
        const layers = before.layers.map((layer) => ({
          ...layer,
          vector: updates.get(layer.vector)!,
        }));
        params = { layers };
      }
      const kept = spectralNorm(await download(params.layers[2]!.weight.ref));
      const [first, second, third] = await normsOf(params);
      expect(first).toBeCloseTo(0.9, 3);
      expect(second).toBeCloseTo(0.9, 3);
      expect(third).toBeCloseTo(kept, 6);
    }
  });

  test("weights of zeros stay zeros, and the vectors where they are", async () => {
    const params = network.init(random.key(0), [3], 0);
    const layers = params.layers.map((layer) => ({ ...layer, weight: layer.weight.mul(0) }));
    const [, { updates }] = duringTraining(keyOf(0), () => network.constrain({ layers }));
    for (const vector of updates.values()) {
      expect(norm([...(await vector.data())])).toBeCloseTo(1, 5);
    }
  });
});

test("training steps bring convolutions within their bounds as maps of images of that size", async () => {
  const shape = [2, 3, 4];
  const network = lipschitzConvNet({ hidden: [4, 3], coefficient: 0.8, iterations: 10 });
  const fresh = network.init(random.key(0), shape, 0);
  const fits = async ({ layers }: LipschitzParams) => {
    const host = await Promise.all(
      layers.map(async (layer) => {
        const { weight, vector } = tree.ref(layer) as typeof layer;
        const [data, v] = await Promise.all([weight.data(), vector.data()]);
        return {
          weight: { data: data as Float32Array, shape: layer.weight.shape },
          vector: { data: v as Float32Array, shape: layer.vector.shape },
        };
      }),
    );
    return network.boundAt({ layers: host } as never, shape);
  };
  expect(await fits(fresh)).toBeLessThan(0.8 ** 2);
  let params = { layers: fresh.layers.map((l) => ({ ...l, weight: l.weight.mul(500) })) };
  for (let step = 0; step < 4; step++) {
    const { layers } = params;
    const [, { updates }] = duringTraining(keyOf(0), () =>
      network.constrain(tree.ref(params) as LipschitzParams),
    );
    params = { layers: layers.map((l) => ({ ...l, vector: updates.get(l.vector)! })) };
  }
  const bound = await fits(params);
  expect(bound).toBeGreaterThan(0.8 ** 3 * (1 - 1e-3));
  expect(bound).toBeLessThan(0.8 ** 3 * (1 + 2e-2));
});

test.each([
  ["dense", lipschitzMlp({ hidden: [5], coefficient: 0.995 }), [4]],
  ["convolutions", lipschitzConvNet({ hidden: [3], coefficient: 0.995 }), [2, 3, 4]],
])(
  "vectors that lag behind are settled where the constant is next to 1: %s",
  async (_, network, shape) => {
    const fresh = network.init(random.key(3), shape, 0) as Tree;
    const layout = layoutOf(fresh);
    const flat = await downloadParameters(fresh);
    for (const { path, offset, size } of layout.slots) {
      const values = flat.subarray(offset, offset + size);
      if (path.endsWith("weight")) values.set(values.map((value) => 1000 * value));
      if (path.endsWith("vector")) values.set(values.map((value) => value + 0.3 * source.normal()));
    }
    const params = hostParameters(layout, flat);
    expect(network.boundAt(params, shape)).toBeGreaterThan(1);
    network.settle!(params);
    expect(network.boundAt(params, shape)).toBeLessThan(1);
    expect(network.boundAt(params, shape)).toBeGreaterThan(0.995 ** 2);
  },
);

describe("a linear residual", () => {
  const d = 3;
  const weight = draw(d, d, 0.2);
  const bias = [0.5, -1, 2];
  const bijector = residual({ shape: [d], network: lipschitzMlp({ hidden: [] }) });
  const params = () => ({
    network: {
      layers: [{ weight: np.array(weight), bias: np.array(bias), vector: np.array([1, 0, 0]) }],
    },
  });
  const matrix = weight.map((row, i) => row.map((value, j) => value + identity(d)[i]![j]!));

  test("is that linear map, with its log-determinant, and inverted by the matrix' inverse", async () => {
    expect(spectralNorm(weight)).toBeLessThan(0.97);
    const rows = draw(20, d, 2);
    const forward = await apply(bijector, "forward", params(), rows);
    const inverse = await apply(bijector, "inverse", params(), forward.y);
    const logDet = logAbsDet(matrix.flat(), d);
    rows.forEach((x, row) => {
      const y = product(
        matrix,
        x.map((value) => [value]),
      ).map(([value], i) => value! + bias[i]!);
      expect(relativeError(y, x, forward.y[row]!)).toBeLessThan(1e-6);
      expect(relativeError(x, y, inverse.y[row]!)).toBeLessThan(1e-5);
      expect(forward.logDet[row]).toBeCloseTo(logDet, 4);
      expect(inverse.logDet[row]).toBeCloseTo(-logDet, 4);
    });
  });
});

test("the inverse after k steps is within c^k |g(y)| / (1 - c)", async () => {
  const network = lipschitzMlp({ hidden: [8], coefficient: 0.8 });
  const build = (steps: number) => residual({ shape: [2], network, steps });
  const params = () => network.init(random.key(1), [2], 0);
  const lively = () => {
    const { layers } = params();
    // The last layer starts small; at its bound the iteration has something to do.
    return {
      network: { layers: layers.map((l, i) => (i === 1 ? { ...l, weight: l.weight.mul(80) } : l)) },
    };
  };
  const rows = draw(50, 2, 2);
  const { y } = await apply(build(1), "forward", lively(), rows);
  for (const steps of [1, 3, 6]) {
    const inverse = await apply(build(steps), "inverse", lively(), y);
    const first = await apply(build(1), "inverse", lively(), y);
    rows.forEach((x, row) => {
      const moved = norm(first.y[row]!.map((value, i) => value - y[row]![i]!));
      const error = norm(inverse.y[row]!.map((value, i) => value - x[i]!));
      const bound = (network.lipschitz ** steps * moved) / (1 - network.lipschitz);
      expect(error).toBeLessThan(bound + 1e-6);
    });
  }
});

test.each([
  [{ network: undefined }, /^residual: the network must be a contraction/],
  [{ network: lipschitzMlp(), logdet: "exact" }, /^residual: there is no option "logdet"/],
  [{ network: lipschitzMlp(), steps: 0 }, /^residual: steps must be a positive integer/],
])("what cannot be built says why (%#)", (options, message) => {
  expect(() => residual({ shape: [2], ...options } as never)).toThrow(message);
});
