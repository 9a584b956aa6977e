import { beforeAll, describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import {
  downloadParameters,
  flattenParameters,
  layoutOf,
  parametersAt,
  splitParameters,
  uploadParameters,
} from "../../src/core/parameters.ts";
import { type NDArray, np, ready, type Tree } from "../../src/engine/index.ts";

beforeAll(() => ready());

const makeTree = () =>
  ({
    base: {},
    bijector: [
      { weight: np.array(Float32Array.from([1, 2, 3, 4]), { shape: [2, 2] }) },
      {},
      { scale: np.array(Float32Array.from([5])), shift: np.array(Float32Array.from([6, 7])) },
    ],
  }) as unknown as Tree;

test("a layout names each leaf and its place in the flat vector", () => {
  const { slots, size } = layoutOf(makeTree());
  expect(size).toBe(7);
  expect(slots).toEqual([
    { path: "bijector.0.weight", shape: [2, 2], offset: 0, size: 4 },
    { path: "bijector.2.scale", shape: [1], offset: 4, size: 1 },
    { path: "bijector.2.shift", shape: [2], offset: 5, size: 2 },
  ]);
});

test("down and up again is the same tree", async () => {
  const layout = layoutOf(makeTree());
  const flat = await downloadParameters(makeTree());
  expect([...flat]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const again = uploadParameters(layout, flat);
  expect(layoutOf(again).slots).toEqual(layout.slots);
  expect(await downloadParameters(again)).toEqual(flat);
});

test("splitting a flat vector undoes flattening; it is consumed", async () => {
  const layout = layoutOf(makeTree());
  const flat = flattenParameters(makeTree());
  const leaves = splitParameters(layout, flat);
  expect(leaves.map((leaf) => leaf.shape)).toEqual([[2, 2], [1], [2]]);
  expect([...(await (leaves[2] as NDArray).data())]).toEqual([6, 7]);
  expect(flat.refCount).toBe(0);
});

test("a tree without leaves is an empty vector", async () => {
  const empty = { base: {}, bijector: [] } as unknown as Tree;
  expect(layoutOf(empty)).toMatchObject({ slots: [], size: 0 });
  expect(await downloadParameters(empty)).toEqual(new Float32Array(0));
});

test("a vector of another length is refused", () => {
  const upload = () => uploadParameters(layoutOf(makeTree()), new Float32Array(3));
  expect(upload).toThrow(ShapeError);
  expect(upload).toThrow("parameters: got 3 numbers, expected 7. Are they of another flow?");
});

describe("parametersAt", () => {
  test("a dotted path leads to a part, the empty one to the whole", () => {
    const params = makeTree();
    const leaf = parametersAt(params, "bijector.2.shift") as NDArray;
    expect(leaf.shape).toEqual([2]);
    expect(leaf.refCount).toBe(1);
    expect(parametersAt(params, "")).toBe(params);
  });
});
