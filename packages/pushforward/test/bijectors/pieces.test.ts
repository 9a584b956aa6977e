import { beforeAll, describe, expect, test } from "vitest";
import { affineContext, continuous, coupling, invert } from "../../src/bijectors/index.ts";
import type { Bijector, Direction } from "../../src/core/bijector.ts";
import { stagesOf } from "../../src/core/walk-layers.ts";
import { ready } from "../../src/engine/index.ts";
import { concatSquash, mlp } from "../../src/networks/index.ts";
import { additive } from "../../src/transformers/index.ts";
import { apply, perturbed } from "./host.ts";

beforeAll(() => ready());

const rows = [
  [0.5, -1],
  [2, 0.25],
  [-1.5, 3],
];
const contexts = [[1], [-2], [0.5]];

const flow = continuous({
  shape: [2],
  condShape: [1],
  dynamics: concatSquash({ hidden: [3] }) as never,
  time: 2,
  solver: { method: "midpoint", steps: 4 },
}) as Bijector;

/** The pieces one after the other. */
async function inTurn(bijector: Bijector, count: number, direction: Direction) {
  const pieces = bijector.pieces!(count);
  let y: number[][] = rows;
  let logDet = rows.map(() => 0);
  for (const piece of direction === "forward" ? pieces : pieces.toReversed()) {
    const params = perturbed(flow, 0.7);
    const next = await apply(piece.bijector, direction, params, y, contexts);
    y = next.y;
    logDet = logDet.map((value, row) => value + next.logDet[row]!);
  }
  return { y, logDet };
}

const near = (actual: number[][], wanted: number[][], digits: number) =>
  actual.flat().forEach((value, i) => {
    expect(value).toBeCloseTo(wanted.flat()[i]!, digits);
  });

const wrappings = {
  alone: flow,
  inverted: invert({ bijector: flow }),
  "told another context": affineContext({ bijector: flow, shift: [2], scale: [-3] }),
};

describe.each(Object.entries(wrappings))("pieces of a continuous layer, %s", (_, bijector) => {
  test.each(["forward", "inverse"] as const)("make up the whole: %s", async (direction) => {
    const whole = await apply(bijector, direction, perturbed(flow, 0.7), rows, contexts);
    const pieces = await inTurn(bijector, 2, direction);
    near(pieces.y, whole.y, 5);
    near([pieces.logDet], [whole.logDet], 5);
  });
});

test("stages of a flow are its layers, those with a time in pieces that say when they end", () => {
  const plain = coupling({
    shape: [2],
    transformer: additive(),
    conditioner: mlp({ hidden: [2] }),
  });
  expect(stagesOf(plain, 3).map(({ name }) => name)).toEqual(["coupling"]);
  expect(stagesOf(flow, 1).map(({ name }) => name)).toEqual(["continuous"]);
  const names = ["continuous, t = 0.667", "continuous, t = 1.33", "continuous, t = 2"];
  expect(stagesOf(flow, 3).map(({ name }) => name)).toEqual(names);
  const backwards = ["continuous, t = 1.33", "continuous, t = 0.667", "continuous, t = 0"];
  expect(stagesOf(wrappings.inverted, 3).map(({ name }) => name)).toEqual(backwards);
});
