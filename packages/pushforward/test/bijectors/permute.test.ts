import { beforeAll, expect, test } from "vitest";
import { permute, reverse } from "../../src/bijectors/index.ts";
import { ready } from "../../src/engine/index.ts";
import { apply } from "./host.ts";

beforeAll(() => ready());

test("y_i = x_{indices[i]}, and back", async () => {
  const bijector = permute({ indices: [2, 0, 3, 1] });
  const rows = [
    [10, 11, 12, 13],
    [20, 21, 22, 23],
  ];
  const there = await apply(bijector, "forward", {}, rows);
  expect(there.y).toEqual([
    [12, 10, 13, 11],
    [22, 20, 23, 21],
  ]);
  expect(there.logDet).toEqual([0, 0]);
  expect((await apply(bijector, "inverse", {}, there.y)).y).toEqual(rows);
});

test("reverse", async () => {
  expect((await apply(reverse({ features: 3 }), "forward", {}, [[1, 2, 3]])).y).toEqual([
    [3, 2, 1],
  ]);
});

test.each([[[]], [[0, 0]], [[1, 2]], [[0, 1, 3]], [[-1, 0]], [[0.5, 1]], [[Number.NaN, 0]]])(
  "indices %o are no permutation",
  (indices) => {
    expect(() => permute({ indices })).toThrow(/^permute: indices must be a permutation of 0 .. /);
  },
);
