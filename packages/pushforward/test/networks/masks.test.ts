import { beforeAll, describe, expect, test } from "vitest";
import type { AutoregressiveNetwork, AutoregressiveSizes } from "../../src/core/network.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { jit, type NDArray, np, random, ready, type Tree } from "../../src/engine/index.ts";
import { maskedMlp, maskedResNet } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { inverseOrder } from "../../src/numerics/reorder.ts";

beforeAll(() => ready());

const ROWS = 6;

/** Where a way leads through the masks from a dimension to an output, `[output][input]`. */
function reachOf(network: AutoregressiveNetwork, sizes: AutoregressiveSizes, order: number[]) {
  const { connections } = network.masks!(sizes, order);
  const identity = order.map((_, i) => order.map((_, j) => i === j));
  return connections.reduce<readonly (readonly boolean[])[]>(
    (reach, layer) =>
      layer.map((seen) => order.map((_, j) => seen.some((sees, unit) => sees && reach[unit]![j]!))),
    identity,
  );
}

/** Which outputs move with which inputs, `[output][input]`, the context after the dimensions; at random weights. */
async function movesOf(
  network: AutoregressiveNetwork,
  sizes: AutoregressiveSizes,
  order: number[],
) {
  const { features, context, parameters } = sizes;
  const source = hostRandom(features + context);
  const layout = layoutOf(network.init(random.key(0), sizes) as Tree);
  const weights = Float32Array.from({ length: layout.size }, source.normal);
  const inputs = features + context;
  const start = Float32Array.from({ length: inputs * ROWS }, source.normal);
  const run = jit((params: Tree, columns: NDArray) => {
    const [x, cond] = [columns.ref.slice([0, features]), columns.slice([features, inputs])];
    const ranks = np.array(Float32Array.from(inverseOrder(order)));
    if (context === 0) cond.dispose();
    return network.apply(params, sizes, x, context > 0 ? cond : undefined, ranks);
  });
  const outputsAt = async (columns: Float32Array): Promise<Float32Array> => {
    const given = np.array(columns.slice(), { shape: [inputs, ROWS] });
    return (await run(uploadParameters(layout, weights), given).data()) as Float32Array;
  };
  const before = await outputsAt(start);
  const moves = Array.from({ length: features }, () => new Array<boolean>(inputs).fill(false));
  for (let input = 0; input < inputs; input++) {
    const stepped = start.map((value, i) => (Math.floor(i / ROWS) === input ? value + 0.5 : value));
    const after = await outputsAt(stepped);
    after.forEach((value, i) => {
      const output = Math.floor(i / ROWS) % features;
      if (value !== before[i]) moves[output]![input] = true;
    });
  }
  expect(before.length).toBe(parameters * features * ROWS);
  return moves;
}

const activation = "silu";
const networks: Record<string, AutoregressiveNetwork> = {
  "one layer": maskedMlp({ hidden: [8], activation }),
  "narrow in the middle": maskedMlp({ hidden: [9, 2, 7], activation }),
  "random degrees": maskedMlp({ hidden: [6, 5], activation, degrees: "random", seed: 3 }),
  residual: maskedResNet({ width: 7, blocks: 2, activation }),
};

const cases: [string, AutoregressiveSizes, number[]][] = [
  ["natural order", { features: 4, context: 0, parameters: 2 }, [0, 1, 2, 3]],
  ["reversed", { features: 5, context: 0, parameters: 1 }, [4, 3, 2, 1, 0]],
  [
    "an order that is not its own inverse",
    { features: 6, context: 0, parameters: 3 },
    [2, 0, 5, 1, 4, 3],
  ],
  ["a context", { features: 4, context: 2, parameters: 2 }, [1, 3, 0, 2]],
  ["one dimension", { features: 1, context: 0, parameters: 2 }, [0]],
  ["one dimension and a context", { features: 1, context: 1, parameters: 2 }, [0]],
];

describe.each(Object.entries(networks))("%s", (_, network) => {
  test.each(cases)("the masks lead where the network depends: %s", async (_, sizes, order) => {
    const moves = await movesOf(network, sizes, order);
    const dimensions = moves.map((row) => row.slice(0, sizes.features));
    expect(reachOf(network, sizes, order)).toEqual(dimensions);
    // All units see the context: it comes as far as an output that sees a unit, of which few random degrees may leave none.
    const last = network.masks!(sizes, order).connections.at(-1)!;
    moves.forEach((row, output) => {
      const isReached = last[output]!.includes(true);
      expect(row.slice(sizes.features)).toEqual(new Array(sizes.context).fill(isReached));
    });
  });
});

test("degrees are those of the paper: dimensions by their place, hidden units below d, outputs one less", () => {
  const network = maskedMlp({ hidden: [4, 2] });
  const { degrees, connections } = network.masks!(
    { features: 3, context: 0, parameters: 2 },
    [2, 0, 1],
  );
  expect(degrees).toEqual([
    [2, 3, 1],
    [1, 1, 2, 2],
    [1, 2],
    [1, 2, 0],
  ]);
  expect(connections[0]).toEqual([
    [false, false, true],
    [false, false, true],
    [true, false, true],
    [true, false, true],
  ]);
  expect(connections[2]).toEqual([
    [true, false],
    [true, true],
    [false, false],
  ]);
});

test.each([[[0, 1]], [[0, 1, 1]], [[1, 2, 3]], [[0, 1, 2, 3]]])("refuses the order %o", (order) => {
  const masks = () => maskedMlp().masks!({ features: 3, context: 0, parameters: 2 }, order);
  expect(masks).toThrow("maskedMlp: masks take an order of the dimensions 0 .. 2, got [");
});
