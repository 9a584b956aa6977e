import { type DType, vmap } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { node, variable } from "../../../../src/engine/onnx/graph.ts";
import { lower } from "../../../../src/engine/onnx/lower.ts";
import {
  describeLowered,
  expectLoweredEqual,
  type HostArgument,
  loadGraph,
  loadLowered,
  normals,
  runEager,
  runLowered,
} from "../run-lowered.ts";
import { withGradient } from "../with-gradient.ts";

beforeAll(() => ready());

function integers(values: number[], shape = [values.length], dtype = "int32"): HostArgument {
  return { data: values, shape, dtype };
}

describeLowered("entries along one axis", () => {
  const x = normals(1, 4, 5, 6);

  test.each([0, 1, 2])("along axis %i, with indices of any rank", async (axis) => {
    const take = withGradient((each, index) => np.take(each, index, axis));
    await expectLoweredEqual(take, [[x, integers([3, 0, 3])]]);
    await expectLoweredEqual(take, [[x, integers([3, 0, 1, 1, 2, 3], [2, 3])]]);
    await expectLoweredEqual(take, [[x, integers([2], [])]]);
    await expectLoweredEqual(take, [[x, integers([3, 1], [2], "uint32")]]);
  });

  test("with indices known in advance: permutations, subsets, repetitions", async () => {
    for (const known of [
      [5, 3, 1, 0, 2, 4],
      [4, 1],
      [2, 2, 5],
    ]) {
      const index = () => np.array(known, { dtype: "int32" as never });
      await expectLoweredEqual(
        withGradient((each) => np.take(each, index(), 2)),
        [[x]],
      );
    }
    const grid = () => np.array([0, 3, 2, 1], { dtype: "int32" as never }).reshape([2, 2]);
    await expectLoweredEqual(
      withGradient((each) => each.slice([], grid())),
      [[x]],
    );
  });

  test("of the flattened array", () =>
    expectLoweredEqual(
      withGradient((each, index) => np.take(each, index)),
      [[x, integers([100, 7, 7])]],
    ));

  test("outside the axis: the nearest entry, and nothing for the gradient", async () => {
    const outside = integers([-1, 0, 2, 6, 100, -100]);
    for (const [axis, last] of [3, 4, 5].entries()) {
      const take = withGradient((each, index) => np.take(each, index, axis));
      const [picked, , gradient] = await runLowered(take, [x, outside]);
      const nearest = integers([0, 0, 2, last, last, 0]);
      expect(picked).toEqual((await runEager(take, [x, nearest]))[0]);
      // What jax-js reads outside differs, but it has no part in the gradient.
      expect(gradient).toEqual((await runEager(take, [x, outside]))[2]);
    }
  });

  test("outside the axis, with indices known in advance or unsigned", async () => {
    const known = () => np.array([-1, 5, 6], { dtype: "int32" as never });
    const [picked] = await runLowered((each) => np.take(each, known(), 2), [x]);
    const take = (each: NDArray, index: NDArray) => np.take(each, index, 2);
    expect(picked).toEqual((await runEager(take, [x, integers([0, 5, 5])]))[0]);
    // Indices of 2^31 and more count as negative, here and in jax-js.
    const unsigned = integers([1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1], [4], "uint32");
    const [last] = await runLowered(take, [x, unsigned]);
    expect(last).toEqual((await runEager(take, [x, integers([1, 5, 0, 0])]))[0]);
  });

  test("of truth values and integers", () =>
    expectLoweredEqual(
      (each, index) => [each.ref.slice(index.ref), each.greater(0).slice([], index)],
      [[integers([3, -2, 5, 0], [2, 2]), integers([1, 0])]],
    ));
});

describeLowered("entries at index arrays", () => {
  const x = normals(2, 4, 5, 6);
  const rows = integers([3, 0, 1], [3, 1]);
  const columns = integers([4, 4, 0, 2]);

  test("that broadcast, on neighbouring axes", async () => {
    for (const pick of [
      (each: NDArray, i: NDArray, j: NDArray) => each.slice(i, j),
      (each: NDArray, i: NDArray, j: NDArray) => each.slice([], i, j),
      (each: NDArray, i: NDArray, j: NDArray) => each.slice(i, j, 2),
    ]) {
      await expectLoweredEqual(withGradient(pick), [[x, rows, columns]]);
    }
  });

  test("that stand apart, whose axes come first in the result", () =>
    expectLoweredEqual(
      withGradient((each, i, j) => each.slice(i, [], j)),
      [[x, rows, columns]],
    ));

  test("on all axes", async () => {
    const along = (axis: number) =>
      withGradient((each, index) => np.takeAlongAxis(each, index, axis));
    await expectLoweredEqual(along(2), [[x, integers([0, 5, 2, 2], [1, 1, 4])]]);
    await expectLoweredEqual(along(1), [[x, integers([0, 4, 1, 3], [4, 1, 1])]]);
    await expectLoweredEqual(
      withGradient((each, i, j) => each.slice(i, j, j.ref)),
      [[x, rows, columns]],
    );
  });

  test("outside an axis: each index apart from the others", async () => {
    const pick = withGradient((each, i, j) => each.slice(i, j));
    const outside = [integers([3, -1, 4], [3, 1]), integers([5, 4, -7, 2])];
    const nearest = [integers([3, 0, 3], [3, 1]), integers([4, 4, 0, 2])];
    const [picked, , gradient] = await runLowered(pick, [x, ...outside]);
    expect(picked).toEqual((await runEager(pick, [x, ...nearest]))[0]);
    expect(gradient).toEqual((await runEager(pick, [x, ...outside]))[2]);
  });

  test("under vmap, of the array, the indices or both", async () => {
    const take = (each: NDArray, index: NDArray) => np.take(each, index, 0);
    const index = integers([1, 4, 2, 0, 3, 3, 0, 4], [4, 2]);
    for (const [axes, indices] of [
      [[0, null], integers([1, 4])],
      [[1, null], integers([1, 3])],
      [[2, null], integers([1, 3, 3, 0], [2, 2])],
      [[null, 0], integers([1, 3, 2, 0], [2, 2])],
      [[0, 0], index],
    ] as const) {
      const mapped = vmap(take as never, axes as never) as never as typeof take;
      await expectLoweredEqual(withGradient(mapped), [[x, indices]]);
    }
    const known = () => np.array([2, 0], { dtype: "int32" as never });
    const takeKnown = (each: NDArray) => np.take(each, known(), 0);
    const mapped = vmap(takeKnown as never, 1 as never) as never as typeof takeKnown;
    await expectLoweredEqual(withGradient(mapped), [[x]]);
  });

  test("set, not added: the last update counts, those outside are dropped", async () => {
    const [updates, index] = [
      variable([5, 2], "float32" as DType),
      variable([5], "int32" as DType),
    ];
    const output = variable([4, 2], "float32" as DType);
    const params = { op: "update", shape: [4, 2], axis: [0], outDim: 0, uniqueIndices: false };
    const nodes = [node("scatter", [updates, index], params, output)];
    const graph = { inputs: [updates, index], nodes, outputs: [output], batch: 509 };
    const program = await loadGraph(lower(graph, { inputs: ["x", "i"], outputs: ["y"] }));
    const values = { data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], shape: [5, 2] };
    const [result] = await program.run([values, integers([2, 0, 4, 2, -1])]);
    expect(Array.from(result!.data)).toEqual([3, 4, 0, 0, 7, 8, 0, 0]);
    await program.release();
  });
});

describeLowered("for any number of rows", () => {
  const counts = [11, 1, 3, 40];

  /** Integers in 0 ... limit - 1 that differ from row to row. */
  const numbers = (limit: number, ...shape: number[]) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return integers(
      Array.from({ length: size }, (_, i) => (7 * i + 3 * (i >> 2)) % limit),
      shape,
    );
  };

  const expectForAll = (
    fn: (...args: NDArray[]) => NDArray[],
    args: (count: number) => HostArgument[],
  ) => expectLoweredEqual(fn, counts.map(args), { symbolicRows: counts[0] });

  test("columns of rows", () =>
    expectForAll(
      withGradient((x, index) => np.take(x, index, 1)),
      (count) => [normals(count, count, 5), integers([4, 4, 1])],
    ));

  test("an entry of each row", () =>
    expectForAll(
      withGradient((x, index) => np.takeAlongAxis(x, index, 1)),
      (count) => [normals(count, count, 5), numbers(5, count, 2)],
    ));

  test("rows of a table", () =>
    expectForAll(
      withGradient((x, index) => np.take(x, index, 0)),
      (count) => [normals(3, 7, 4), numbers(7, count)],
    ));

  test("some of the rows", () =>
    expectForAll(
      withGradient((x, index) => np.take(x, index, 0)),
      (count) => [normals(count, count, 4), integers([0, count >> 1, count - 1])],
    ));

  test("rows known in advance, the last one where there are not as many", async () => {
    const known = () => np.array([2, 0], { dtype: "int32" as never });
    const program = await loadLowered((x) => np.take(x, known(), 0), [normals(1, 11, 4)], 11);
    for (const count of counts) {
      const x = normals(count, count, 4);
      const take = (each: NDArray, index: NDArray) => np.take(each, index, 0);
      const nearest = integers([Math.min(2, count - 1), 0]);
      expect(await program.run([x])).toEqual(await runEager(take, [x, nearest]));
    }
    await program.release();
  });
});

describeLowered("what is made of them", () => {
  const x = normals(5, 3, 7);

  test("running sums and products along each axis", async () => {
    for (const axis of [0, 1]) {
      await expectLoweredEqual(
        withGradient((each) => np.cumsum(each, axis)),
        [[x]],
      );
      await expectLoweredEqual((each) => np.cumprod(each, axis), [[x]]);
    }
    await expectLoweredEqual(
      withGradient((each) => np.cumsum(each, 1)),
      [11, 1, 6].map((count) => [normals(count, count, 7)]),
      { symbolicRows: 11 },
    );
  });

  test("the place of the largest and of the smallest entry", () =>
    expectLoweredEqual(
      (each) => [np.argmax(each.ref, 1), np.argmin(each.ref, 0), np.argmax(each)],
      [[x]],
    ));

  test("diagonals", () => expectLoweredEqual((each) => [np.diagonal(each, 1)], [[x]]));
});
