import { numpy as np } from "@jax-js/jax";
import { made, ready, realNVP } from "pushforward";
import {
  type Bijector,
  type Direction,
  layoutOf,
  random,
  type Tree,
  uploadParameters,
} from "pushforward/core";
import { beforeAll, describe, expect, test } from "vitest";
import { dependence, placeWithin, standings } from "../src/scenes/masks/reach.ts";
import { couplingStructure, madeStructure } from "../src/scenes/masks/structure.ts";
import {
  describeLayers,
  describeOrder,
  describeUnit,
  layersUntilAll,
} from "../src/scenes/masks/wording.ts";
import { type CouplingTask, createMasks, type MadeTask } from "../src/worker/masks.ts";

beforeAll(() => ready("cpu"));

const masks = createMasks();

/** Numbers from -1 to 1 that look random. */
const noise = (index: number) => (Math.sin(index * 12.9898 + 4.1) * 43758.5453) % 1;

/** Where differences of a bijector at random parameters are not zero, `[output][input]`. */
async function moves(bijector: Bijector, direction: Direction): Promise<boolean[][]> {
  const size = bijector.shape[0] as number;
  const rows = 3;
  const layout = layoutOf(bijector.init(random.key(0)) as Tree);
  const parameters = Float32Array.from({ length: layout.size }, (_, i) => 0.6 * noise(i));
  const start = Float32Array.from({ length: rows * size }, (_, i) => noise(i + 0.5));
  const outputsAt = async (values: Float32Array): Promise<Float32Array> => {
    const x = np.array(values.slice(), { shape: [rows, size] });
    const params = uploadParameters(layout, parameters);
    const [y, logDet] = bijector[`${direction}AndLogDet`](params, x);
    logDet.dispose();
    return (await y.data()) as Float32Array;
  };
  const before = await outputsAt(start);
  const result = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  for (let input = 0; input < size; input++) {
    const after = await outputsAt(start.map((v, i) => (i % size === input ? v + 0.25 : v)));
    after.forEach((value, i) => {
      const row = result[i % size];
      if (row && value !== before[i]) row[input] = true;
    });
  }
  return result;
}

describe("the reach that is shown is the pattern of the flow's Jacobian", () => {
  const tasks: CouplingTask[] = [
    { dimensions: 2, layers: 1, partition: "halves", seed: 0 },
    { dimensions: 5, layers: 1, partition: "halves", seed: 0 },
    { dimensions: 5, layers: 2, partition: "halves", seed: 0 },
    { dimensions: 4, layers: 3, partition: "halves", seed: 0 },
    { dimensions: 5, layers: 2, partition: "alternating", seed: 0 },
    { dimensions: 6, layers: 3, partition: "random", seed: 2 },
    { dimensions: 7, layers: 1, partition: "random", seed: 5 },
    { dimensions: 6, layers: 6, partition: "random", seed: 1 },
  ];
  test.each(tasks)("coupling %o", async (task) => {
    const { dimensions: features, layers, partition, seed } = task;
    const { connections, kept } = masks.couplingMasks(task);
    const flow = realNVP({ features, layers, partition, seed, hidden: [8] });
    expect(kept).toHaveLength(layers);
    expect(dependence(connections, 0, layers)).toEqual(await moves(flow.flow.bijector, "inverse"));
  });

  test("the layers come from the data on: fewer of them are the first ones", async () => {
    const task = { dimensions: 6, layers: 5, partition: "random", seed: 3 } as const;
    const { connections } = masks.couplingMasks(task);
    for (const layers of [1, 2, 3]) {
      const flow = realNVP({ features: 6, layers, partition: "random", seed: 3, hidden: [8] });
      const found = await moves(flow.flow.bijector, "inverse");
      expect(dependence(connections, 0, layers)).toEqual(found);
    }
  });

  test("MADE, its own output besides", async () => {
    const task: MadeTask = {
      dimensions: 5,
      hidden: [6, 4],
      degrees: "random",
      order: "natural",
      seed: 4,
    };
    const { connections, order } = masks.madeMasks(task);
    const { hidden, degrees, seed } = task;
    const flow = made({ features: 5, hidden, degrees, seed }) as unknown as {
      flow: { bijector: Bijector };
    };
    const found = await moves(flow.flow.bijector, "inverse");
    const shown = dependence(connections, 0, connections.length);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(shown.map((row, i) => row.map((depends, j) => depends || i === j))).toEqual(found);
  });
});

describe("orders of MADE", () => {
  const task = { dimensions: 4, hidden: [12], degrees: "sequential", seed: 1 } as const;
  test.each(["natural", "reversed", "random"] as const)(
    "%s: strictly lower triangular",
    (order) => {
      const { connections, order: own } = masks.madeMasks({ ...task, order });
      const pattern = dependence(connections, 0, connections.length);
      const sorted = own.map((row) => own.map((column) => pattern[row]?.[column]));
      expect(sorted).toEqual(own.map((_, i) => own.map((_, j) => j < i)));
    },
  );
  test("reversed is 3, 2, 1, 0", () => {
    expect(masks.madeMasks({ ...task, order: "reversed" }).order).toEqual([3, 2, 1, 0]);
  });
});

describe("what is said", () => {
  const coupling = couplingStructure(
    masks.couplingMasks({ dimensions: 4, layers: 3, partition: "halves", seed: 0 }),
  );
  const network = madeStructure(
    masks.madeMasks({
      dimensions: 4,
      hidden: [6],
      degrees: "sequential",
      order: "natural",
      seed: 0,
    }),
  );

  test.each([
    [0, 1, "Input 2 reaches outputs 3 and 4; outputs 1 and 2 do not depend on it."],
    [0, 3, "Input 4 reaches no output."],
    [
      1,
      2,
      "Unit 3 of hidden layer 1 depends on inputs 1 and 2 and reaches outputs 3 and 4; outputs 1 and 2 do not depend on it.",
    ],
    [2, 0, "Output 1 depends on no input."],
    [2, 2, "Output 3 depends on inputs 1 and 2, and not on inputs 3 and 4."],
  ])("MADE, column %i, unit %i", (column, unit, sentence) => {
    expect(describeUnit(network, { column, unit })).toBe(sentence);
  });

  test("coupling layers", () => {
    expect(describeUnit(coupling, { column: 0, unit: 0 })).toBe(
      "Dimension 1 of the data reaches all dimensions of the base.",
    );
    expect(describeUnit(coupling, { column: 2, unit: 0 })).toBe(
      "Dimension 1 after layer 2 depends on all dimensions of the data and reaches dimensions 1, 3 and 4 of the base; dimension 2 does not depend on it.",
    );
    expect(layersUntilAll(coupling)).toBe(3);
    expect(describeLayers(coupling, 1)).toBe(
      "After 1 of 3 layers dimensions 1 and 2 are untouched, and 8 of 16 derivatives can differ from 0. From layer 3 on everything depends on everything.",
    );
    expect(describeLayers(coupling, 2)).toContain("After 2 of 3 layers no dimension is untouched");
  });

  test("dependences that a network is too small for", () => {
    expect(describeOrder(network)).toContain("each output depends on all that come before it");
    const task = { dimensions: 8, hidden: [4], degrees: "sequential", order: "natural" } as const;
    const small = madeStructure(masks.madeMasks({ ...task, seed: 0 }));
    const found = dependence(small.connections, 0, 2).flat().filter(Boolean).length;
    expect(found).toBeLessThan(28);
    expect(describeOrder(small)).toContain(`${28 - found} dependences of 28`);
  });
});

test("units stand to the chosen one as ways lead", () => {
  const { connections } = masks.couplingMasks({
    dimensions: 2,
    layers: 2,
    partition: "halves",
    seed: 0,
  });
  // Layer 1 keeps dimension 1, layer 2 dimension 2.
  expect(standings(connections, { column: 1, unit: 1 })).toEqual([
    ["seen", "seen"],
    ["apart", "chosen"],
    ["reached", "reached"],
  ]);
  expect(standings(connections, null).flat()).toEqual(new Array(6).fill("apart"));
  expect(placeWithin(connections, { column: 2, unit: 1 })).toEqual({ column: 2, unit: 1 });
  expect(placeWithin(connections, { column: 3, unit: 0 })).toBeNull();
  expect(placeWithin(connections, { column: 0, unit: 2 })).toBeNull();
});
