import { beforeAll, describe, expect, test } from "vitest";
import { chain, coupling, reverse } from "../../src/bijectors/index.ts";
import { jacobians } from "../../src/core/jacobian.ts";
import { random, ready, startEngine, type Tree } from "../../src/engine/index.ts";
import { mlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { additive, affine, rationalQuadraticSpline } from "../../src/transformers/index.ts";
import { apply, perturbed, upload } from "./host.ts";

beforeAll(() => ready());

const conditioner = mlp({ hidden: [8], activation: "tanh" });

function drawRows(count: number, size: number, seed = 1): number[][] {
  const source = hostRandom(seed);
  return Array.from({ length: count }, () => Array.from({ length: size }, () => source.normal()));
}

describe.each([
  ["the first half stays by default", 5, undefined],
  ["alternating", 4, [true, false, true, false]],
  ["elementwise", 3, [false, false, false]],
  ["one dimension", 1, undefined],
])("Jacobian: %s", (_, size, mask) => {
  test.each([
    ["affine", affine()],
    ["spline", rationalQuadraticSpline({ bins: 4 })],
  ])("%s: 1 where a dimension stays, 0 between dimensions that change", async (_, transformer) => {
    const bijector = coupling({ shape: [size], transformer, conditioner, ...(mask && { mask }) });
    const stays = mask ?? Array.from({ length: size }, (_, i) => i < Math.floor(size / 2));
    const rows = drawRows(4, size);
    const params = perturbed(bijector, 0.5);
    const points = Float32Array.from(rows.flat());
    const engine = await startEngine();
    const matrices = await jacobians(engine, bijector, params, points, undefined, "forward");
    for (let row = 0; row < rows.length; row++) {
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const entry = matrices[(row * size + i) * size + j];
          if (stays[i]) expect(entry).toBe(i === j ? 1 : 0);
          else if (i === j) expect(entry).toBeGreaterThan(0);
          else if (stays[j]) expect(entry).not.toBe(0);
          else expect(entry).toBe(0);
        }
      }
    }
  });
});

test("one dimension: free parameters move it, a context replaces them (normflows #58)", async () => {
  // Naive: a network with no input, hence NaN or a shape error.
  const free = coupling({ shape: [1], transformer: affine(), conditioner });
  const { y, logDet } = await apply(free, "forward", perturbed(free, 1), [[-1], [0], [2]]);
  expect(new Set(logDet).size).toBe(1);
  expect(logDet[0]).not.toBe(0);
  expect(y[2]![0]! - y[1]![0]!).toBeCloseTo(2 * Math.exp(logDet[0]!), 5);

  const conditional = coupling({
    shape: [1],
    transformer: affine(),
    conditioner,
    condShape: [1],
  });
  const given = await apply(
    conditional,
    "forward",
    perturbed(conditional, 1),
    [[1], [1]],
    [[-1], [1]],
  );
  expect(given.logDet[0]).not.toBeCloseTo(given.logDet[1]!, 3);
});

test("a fresh layer is the identity", async () => {
  for (const transformer of [additive(), affine()]) {
    const bijector = coupling({ shape: [3], transformer, conditioner });
    const rows = [[1, -2, 3]];
    const fresh = bijector.init(random.key(0)) as Tree;
    const { y, logDet } = await apply(bijector, "forward", fresh, rows);
    expect(y).toEqual(rows);
    expect(logDet).toEqual([0]);
  }
});

test("an affine scale can exceed 1, up to exp(maxLogScale) (nflows #49)", async () => {
  // Naive: scale = sigmoid(u + 2) + 1e-3, which stops at 1.001.
  const wide = coupling({ shape: [1], transformer: affine(), conditioner });
  const theta = (u: number) => ({ theta: upload([[0, u]], [2]).reshape([2]) });
  const { logDet } = await apply(wide, "forward", theta(5), [[1]]);
  expect(logDet[0]).toBeCloseTo(2.5, 4);
  const extreme = await apply(wide, "forward", theta(1e6), [[1]]);
  expect(extreme.y[0]![0]).toBeCloseTo(Math.exp(5), 1);
});

describe("32 affine couplings on 19 dimensions with large weights (normflows #73)", () => {
  const size = 19;
  const layers = 32;

  async function throughAll(maxLogScale: number) {
    const transformer = affine({ maxLogScale });
    const flow = chain({
      bijectors: Array.from({ length: layers }, () => [
        coupling({ shape: [size], transformer, conditioner: mlp({ hidden: [16] }) }),
        reverse({ features: size }),
      ]).flat(),
    });
    return apply(flow, "inverse", perturbed(flow, 0.5), drawRows(8, size));
  }

  test("values and log-determinants stay finite with a bounded log-scale", async () => {
    const { y, logDet } = await throughAll(1);
    expect(y.flat().every(Number.isFinite)).toBe(true);
    expect(logDet.every((value) => Math.abs(value) <= layers * size)).toBe(true);
  });

  test("they do not with the naive scale, exp of whatever the network says", async () => {
    const { y } = await throughAll(1e30);
    expect(y.flat().every(Number.isFinite)).toBe(false);
  });
});

describe("errors", () => {
  const options = { transformer: additive(), conditioner };

  test.each([
    [{ shape: [3], mask: [true, false] }, "the mask must have 3 entries"],
    [{ shape: [2], mask: [true, true] }, "at least one of them false; got [true, true]"],
    [{ shape: [2, 2] }, "works on vectors, shape [d]; got [2, 2]"],
    [{ shape: [] }, "got []"],
    [{ shape: [2.5] }, "list of positive integers such as [2], got [2.5]"],
    [{ shape: [2], condShape: [0] }, "positive integers"],
  ])("%o is refused", (own, message) => {
    expect(() => coupling({ ...options, ...own })).toThrow(message);
  });
});
