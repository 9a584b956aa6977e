import { beforeAll, describe, expect, test } from "vitest";
import { affine, chain, coupling, exp, fixedAffine, invert } from "../../src/bijectors/index.ts";
import { type Bijector, defineBijector, layersOf, noParams } from "../../src/core/bijector.ts";
import { ConditionError, DomainError, ShapeError } from "../../src/core/errors.ts";
import { np, ready, type Tree } from "../../src/engine/index.ts";
import { mlp } from "../../src/networks/index.ts";
import { additive, rationalQuadraticSpline } from "../../src/transformers/index.ts";
import { apply } from "./host.ts";

beforeAll(() => ready());

const shift = (by: number) => fixedAffine({ shift: [by], scale: [1] });
const double = fixedAffine({ shift: [0], scale: [2] });
const layer = (condShape: number[] | null) =>
  coupling({ shape: [1], transformer: additive(), conditioner: mlp(), condShape });

test("forward goes from first to last, inverse from last to first; log-determinants add up", async () => {
  const bijector = chain({ bijectors: [shift(1), double, exp({ shape: [1] })] });
  const there = await apply(bijector, "forward", [{}, {}, {}] as Tree, [[0.5]]);
  expect(there.y[0]![0]).toBeCloseTo(Math.exp(3), 3);
  expect(there.logDet[0]).toBeCloseTo(Math.log(2) + 3, 5);
  const back = await apply(bijector, "inverse", [{}, {}, {}] as Tree, there.y);
  expect(back.y[0]![0]).toBeCloseTo(0.5, 4);
});

test("invert exchanges directions and costs", () => {
  const slow = defineBijector({
    kind: "slow",
    shape: [1],
    cost: { forward: "sequential", inverse: "parallel" },
    options: {},
    init: noParams,
    forwardAndLogDet: (_, x) => [x, np.zeros([1])],
    inverseAndLogDet: (_, y) => [y, np.zeros([1])],
  });
  expect(invert({ bijector: slow }).cost).toEqual({ forward: "parallel", inverse: "sequential" });
  // A chain is as slow as its slowest member.
  expect(chain({ bijectors: [double, slow] }).cost).toEqual({
    forward: "sequential",
    inverse: "parallel",
  });
});

test("layers are listed in forward order with the paths of their parameters, inverted too", () => {
  const inner = chain({ bijectors: [affine({ shape: [1] }), double] });
  const bijector = chain({ bijectors: [layer(null), invert({ bijector: inner }), shift(1)] });
  const layers = layersOf(bijector).map(({ path, bijector: one }) => [path, one.kind]);
  expect(layers).toEqual([
    ["0", "coupling"],
    ["1.1", "invert"],
    ["1.0", "invert"],
    ["2", "fixedAffine"],
  ]);
});

test("a spline's interval is declared with the dimensions it applies to, inverted too", () => {
  const spline = coupling({
    shape: [3],
    transformer: rationalQuadraticSpline({ bound: 4 }),
    conditioner: mlp(),
  });
  const interval = { low: -4, high: 4, indices: [1, 2] };
  expect(spline.interval).toEqual(interval);
  expect(invert({ bijector: spline }).interval).toEqual(interval);
  expect(layer(null).interval).toBeUndefined();
});

describe("errors", () => {
  const refused = (bijectors: Bijector[]) => () => chain({ bijectors });

  test("no members", () => {
    expect(refused([])).toThrow(ShapeError);
    expect(refused([])).toThrow("chain: got no bijectors, expected at least one");
  });

  test("members of different shapes", () => {
    const mixed = refused([affine({ shape: [2] }), affine({ shape: [3] })]);
    expect(mixed).toThrow(ShapeError);
    expect(mixed).toThrow("chain: affine has the event shape [3], but affine before it has [2]");
  });

  test("members of different contexts; unconditional ones go with any", () => {
    const mixed = refused([layer([1]), layer(null), layer([2])]);
    expect(mixed).toThrow(ConditionError);
    expect(mixed).toThrow("coupling takes a context of shape [2], another member one of [1]");
    expect(chain({ bijectors: [layer(null), layer([2])] }).condShape).toEqual([2]);
  });

  test.each([
    [{ shift: [1, 2], scale: [1] }, ShapeError, "2 shifts and 1 scales"],
    [{ shift: [1, 2], scale: [1, 0] }, DomainError, "dimension 1 has scale 0 and shift 2"],
    [{ shift: [Number.NaN], scale: [1] }, DomainError, "shift NaN"],
    [{ shift: [0], scale: [Infinity] }, DomainError, "scale Infinity"],
  ])("fixedAffine: %o", (options, type, message) => {
    expect(() => fixedAffine(options)).toThrow(type);
    expect(() => fixedAffine(options)).toThrow(message);
  });
});
