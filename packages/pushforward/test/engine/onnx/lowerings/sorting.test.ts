import { lax, vmap } from "@jax-js/jax";
import { beforeAll, test } from "vitest";
import { type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { describeLowered, expectLoweredEqual, type HostArgument, normals } from "../run-lowered.ts";
import { withGradient } from "../with-gradient.ts";

beforeAll(() => ready());

describeLowered("sorting", () => {
  const x = normals(1, 3, 7, 4);

  test.each([0, 1, 2])("along axis %i, with its gradient", async (axis) => {
    await expectLoweredEqual((each) => [np.sort(each.ref, axis), np.argsort(each, axis)], [[x]]);
    await expectLoweredEqual(
      withGradient((each) => np.sort(each, axis)),
      [[x]],
    );
  });

  test("equal entries keep their order", () => {
    const data = Float32Array.from({ length: 60 }, (_, i) => (i * 7) % 4);
    return expectLoweredEqual((each) => [np.argsort(each)], [[{ data, shape: [2, 30] }]]);
  });

  test("not-a-number comes last, after infinity; zeros of both signs are equal", () => {
    const data = [
      [Number.NaN, 3, Number.POSITIVE_INFINITY, -0, Number.NaN, 0, Number.NEGATIVE_INFINITY, -0],
      [Number.POSITIVE_INFINITY, Number.NaN, 3.4e38, 1e-45, -1e-45, 0, -3.4e38, Number.NaN],
    ].flat();
    return expectLoweredEqual(
      (each) => [np.sort(each.ref), np.argsort(each)],
      [[{ data, shape: [2, 8] }]],
    );
  });

  test.each<[string, number[]]>([
    ["int32", [5, -3, 2 ** 31 - 1, -(2 ** 31), 0, -3]],
    ["uint32", [5, 2 ** 32 - 1, 2 ** 31, 2 ** 31 - 1, 0, 5]],
    ["bool", [1, 0, 0, 1, 1, 0]],
  ])("of %s", (dtype, data) => {
    const args: HostArgument[] = [{ data, shape: [6], dtype }];
    return expectLoweredEqual((each) => [np.sort(each.ref), np.argsort(each)], [args]);
  });

  test("the largest entries", () =>
    expectLoweredEqual((each) => lax.topK(each, 3, 1) as [NDArray, NDArray], [[x]]));

  test("medians and quantiles", () =>
    expectLoweredEqual((each) => [np.sort(each.ref.ravel()).slice([40, 44])], [[x]]));

  test("under vmap", () => {
    const order = (each: NDArray) => np.argsort(each);
    return expectLoweredEqual(
      (each) => [(vmap(order as never, 1) as never as typeof order)(each)],
      [[x]],
    );
  });

  test("for any number of rows, of each row and of the rows", async () => {
    for (const axis of [0, 1]) {
      await expectLoweredEqual(
        (each) => [np.sort(each.ref, axis), np.argsort(each, axis)],
        [11, 1, 4, 30].map((count) => [normals(count, count, 5)]),
        { symbolicRows: 11 },
      );
      await expectLoweredEqual(
        withGradient((each) => np.sort(each, axis)),
        [11, 2, 30].map((count) => [normals(count, count, 5)]),
        { symbolicRows: 11 },
      );
    }
  });
});
