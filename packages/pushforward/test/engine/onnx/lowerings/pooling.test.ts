import { grad, lax } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { type NDArray, np } from "../../../../src/engine/jax.ts";
import { ready } from "../../../../src/engine/ready.ts";
import {
  describeLowered,
  expectLoweredEqual,
  lowerTraced,
  normals,
  type Traced,
} from "../run-lowered.ts";

beforeAll(() => ready());

type Reduction = (window: NDArray) => NDArray;

const largest: Reduction = (window) => np.max(window);
const sumOfSquares: Reduction = (window) => np.sum(window.ref.mul(window));

/** Reductions over windows, their gradients, and the gradients of the squares of those. */
function reduceWindows(reduction: Reduction, window: number[], strides: number[]): Traced {
  const reduce = (x: NDArray) => lax.reduceWindow(x, reduction, window, strides);
  const loss = (x: NDArray) => {
    const y = reduce(x);
    return y.ref.mul(y.ref.add(0.3)).mul(y).sum();
  };
  const slope = grad(loss) as (x: NDArray) => NDArray;
  const steepness = (x: NDArray) => {
    const gradient = slope(x);
    return gradient.ref.mul(gradient).sum();
  };
  const curvature = grad(steepness) as (x: NDArray) => NDArray;
  return (x) => [reduce(x!.ref), slope(x!.ref), curvature(x!)];
}

const cases = [
  { name: "side by side", window: [2, 3], strides: [2, 3], shape: [3, 6, 9] },
  { name: "side by side, with a rest", window: [2, 3], strides: [2, 3], shape: [3, 7, 11] },
  { name: "overlapping", window: [3, 2], strides: [1, 1], shape: [3, 6, 5] },
  { name: "overlapping, with strides", window: [5, 3], strides: [2, 2], shape: [3, 9, 8] },
  { name: "with gaps", window: [1, 2], strides: [3, 4], shape: [3, 8, 9] },
  { name: "with gaps after the last", window: [2, 2], strides: [4, 5], shape: [3, 10, 9] },
  { name: "of everything", window: [6, 5], strides: [1, 2], shape: [3, 6, 5] },
  { name: "of a line", window: [4], strides: [3], shape: [2, 3, 11] },
  { name: "of a volume", window: [2, 1, 3], strides: [1, 2, 2], shape: [4, 5, 7] },
];

describeLowered("windows", () => {
  for (const [kind, reduction] of Object.entries({ largest, sumOfSquares })) {
    test.each(cases)(`$name: ${kind}`, ({ window, strides, shape }) => {
      const calls = [13, 1, 4].map((rows) => [normals(rows, rows, ...shape)]);
      const fn = reduceWindows(reduction, window, strides);
      return expectLoweredEqual(fn, calls, { symbolicRows: 13, tolerance: 5e-6 });
    });
  }

  test("of integers", () => {
    const { data, shape } = normals(1, 3, 8);
    const values = Array.from(data, (value) => Math.round(100 * value));
    const fn: Traced = (x) => lax.reduceWindow(x!, largest, [3], [2]);
    return expectLoweredEqual(fn, [[{ data: values, shape, dtype: "int32" }]]);
  });
});

describeLowered("windows along the rows", () => {
  test("one after the other, for any number of rows", () => {
    const calls = [10, 5, 40].map((rows) => [normals(rows, rows, 6)]);
    const fn: Traced = (x) => {
      const pairs = x!.reshape([-1, 3]);
      return reduceWindows(sumOfSquares, [2, 3], [2, 3])(pairs);
    };
    return expectLoweredEqual(fn, calls, { symbolicRows: 10, tolerance: 5e-6 });
  });

  test("are refused where they overlap", async () => {
    const fn: Traced = (x) => lax.reduceWindow(x!, largest, [2], [1]);
    await expect(lowerTraced(fn, [normals(1, 11)], 11)).rejects.toThrow(
      expect.objectContaining({ code: "engine", message: expect.stringContaining("`pool`") }),
    );
  });
});
