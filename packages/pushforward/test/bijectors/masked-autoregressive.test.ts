import { beforeAll, describe, expect, test } from "vitest";
import { maskedAutoregressive } from "../../src/bijectors/index.ts";
import type { Bijector } from "../../src/core/bijector.ts";
import type { AutoregressiveNetwork } from "../../src/core/network.ts";
import { grad, jit, type NDArray, np, ready, type Tree, tree } from "../../src/engine/index.ts";
import { glow, iaf, maf, nice, nsf, nsfAutoregressive, realNVP } from "../../src/flows/index.ts";
import { maskedMlp, maskedResNet } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { affine, rationalQuadraticSpline } from "../../src/transformers/index.ts";
import { perturbed, upload } from "./host.ts";

beforeAll(() => ready());

/** Where `dy_i/dx_j` is not exactly 0 in some of the rows, `[i][j]`. */
async function dependencies(bijector: Bijector, direction: "forward" | "inverse" = "forward") {
  const size = bijector.shape[0]!;
  const source = hostRandom(3);
  const rows = Array.from({ length: 8 }, () => Array.from({ length: size }, source.normal));
  const params = perturbed(bijector, 0.3);
  const weighted = (x: NDArray, own: Tree, weights: NDArray) => {
    const [y, logDet] = bijector[`${direction}AndLogDet`](own, x);
    logDet.dispose();
    return y.mul(weights).sum();
  };
  const slopes = jit(grad(weighted as never) as never) as unknown as typeof weighted;
  const result: boolean[][] = [];
  for (let output = 0; output < size; output++) {
    const chosen = rows.map((row) => row.map((_, i) => Number(i === output)));
    const given = [upload(rows, [size]), tree.ref(params), upload(chosen, [size])] as const;
    const gradient = await slopes(...given).data();
    result.push(
      rows[0]!.map((_, input) => rows.some((_, row) => gradient[row * size + input] !== 0)),
    );
  }
  return result;
}

/** Output i sees input j when j comes before i in the order, or is i itself. */
function lowerTriangle(order: readonly number[]): boolean[][] {
  const rank = order.map((_, dimension) => order.indexOf(dimension));
  return rank.map((own) => rank.map((other) => other <= own));
}

const networks: Record<string, AutoregressiveNetwork> = {
  "one layer": maskedMlp({ hidden: [16], activation: "silu" }),
  "three layers, narrower than the event": maskedMlp({ hidden: [16, 4, 16], activation: "silu" }),
  "random degrees": maskedMlp({ hidden: [64, 64], activation: "silu", degrees: "random", seed: 1 }),
  residual: maskedResNet({ width: 16, blocks: 2, activation: "silu" }),
};

describe.each(Object.entries(networks))(
  "the Jacobian's zeros are those of the order: %s",
  (name, conditioner) => {
    const orders = { natural: [0, 1, 2, 3, 4, 5], other: [3, 0, 5, 1, 4, 2] };
    const transformers = {
      affine: affine(),
      spline: rationalQuadraticSpline({ bins: 4, bound: 3 }),
    };
    test.each(
      Object.entries(orders).flatMap(([label, order]) =>
        Object.entries(transformers).map(
          ([map, transformer]) => [label, map, order, transformer] as const,
        ),
      ),
    )("%s order, %s", async (_, __, order, transformer) => {
      const layer = maskedAutoregressive({ shape: [6], transformer, conditioner, order });
      const expected = lowerTriangle(order);
      for (const direction of ["forward", "inverse"] as const) {
        const found = await dependencies(layer, direction);
        if (name.startsWith("three")) {
          // Four units have no degree for every rank: some connections are lost, none appears.
          const extra = found.map((row, i) =>
            row.filter((depends, j) => depends && !expected[i]![j]),
          );
          expect(extra.flat()).toEqual([]);
        } else {
          expect(found).toEqual(expected);
        }
      }
    });
  },
);

test("with a context, the first dimension depends on it", async () => {
  const layer = maskedAutoregressive({
    shape: [3],
    condShape: [1],
    transformer: affine(),
    conditioner: networks["one layer"]!,
  });
  const params = perturbed(layer, 0.5) as { network: Tree };
  const x = [
    [0.5, 0.5, 0.5],
    [0.5, 0.5, 0.5],
  ];
  const [y, logDet] = layer.forwardAndLogDet(params, upload(x, [3]), np.array([[0], [1]]));
  logDet.dispose();
  const [a, , , b] = await y.data();
  expect(a).not.toBe(b);
});

describe("every output depends on every input", () => {
  const features = 5;
  const hidden = [16];
  const all = Array.from({ length: features }, () => new Array(features).fill(true));
  const cases = {
    "nice, 4 layers": nice({ features, hidden }),
    "nice, 3 layers": nice({ features, hidden, layers: 3 }),
    "nice, alternating": nice({ features, hidden, partition: "alternating" }),
    "realNVP, halves": realNVP({ features, hidden, layers: 3 }),
    "realNVP, alternating": realNVP({ features, hidden, layers: 3, partition: "alternating" }),
    "realNVP, random": realNVP({ features, hidden, layers: 4, partition: "random", seed: 2 }),
    glow: glow({ features, hidden, layers: 2 }),
    nsf: nsf({ features, hidden, layers: 2 }),
    maf: maf({ features, hidden, layers: 2 }),
    iaf: iaf({ features, hidden, layers: 2 }),
    "nsf, autoregressive": nsfAutoregressive({ features, hidden, layers: 2 }),
  };
  test.each(Object.entries(cases))("%s", async (_, flow) => {
    expect(await dependencies(flow.flow.bijector, "inverse")).toEqual(all);
  });

  test("two additive layers are not enough", async () => {
    const { bijector } = nice({ features, hidden, layers: 2 }).flow;
    expect(await dependencies(bijector, "inverse")).not.toEqual(all);
  });
});

test("refuses an order that is no permutation", () => {
  const build = (order: number[]) => () =>
    maskedAutoregressive({ shape: [3], transformer: affine(), conditioner: maskedMlp(), order });
  expect(build([0, 0, 1])).toThrow("order must be a permutation of 0 .. 2, got [0, 0, 1]");
  expect(build([0, 1, 3])).toThrow("order must be a permutation of 0 .. 2, got [0, 1, 3]");
  expect(build([0, 1])).toThrow("the order must have 3 entries, got 2");
  expect(build([1, 2, 0, 3])).toThrow("the order must have 3 entries, got 4");
});
