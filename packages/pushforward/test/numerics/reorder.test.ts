import { beforeAll, describe, expect, test } from "vitest";
import { grad, jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { inverseOrder, takeRows } from "../../src/numerics/reorder.ts";

beforeAll(() => ready());

const ROWS = 6;
const table = Float32Array.from({ length: ROWS * 2 }, (_, i) => i * i + 1);

const orders: number[][] = [
  [0, 1, 2, 3, 4, 5],
  [5, 4, 3, 2, 1, 0],
  [0, 2, 4],
  [1, 3, 5],
  [0, 3, 1, 4, 2, 5],
  [3, 0, 4, 1, 5, 2],
  [0, 2, 5],
  [1, 2, 0, 4, 3],
  [3, 4],
  [2, 2, 0],
  [0, 1],
  [],
];

describe.each(orders.map((order) => [order]))("rows %o", (order) => {
  test("are the rows in that order", async () => {
    const input = np.array(table.slice(), { shape: [ROWS, 2] });
    const taken = takeRows(input, order);
    expect(taken.shape).toEqual([order.length, 2]);
    if (order.length === 0) return;
    expect([...(await taken.data())]).toEqual(
      order.flatMap((i) => [...table.slice(2 * i, 2 * i + 2)]),
    );
    expect(input.refCount).toBe(0);
  });

  test("give each row of the input the gradients of its copies", async () => {
    if (order.length === 0) return;
    const weights = Float32Array.from({ length: order.length * 2 }, (_, i) => i + 1);
    const loss = (x: NDArray) =>
      takeRows(x, order)
        .mul(np.array(weights.slice(), { shape: [order.length, 2] }))
        .sum();
    const slopes = jit(grad(loss as never) as never) as unknown as (x: NDArray) => NDArray;
    const got = await slopes(np.array(table.slice(), { shape: [ROWS, 2] })).data();
    const expected = new Array<number>(ROWS * 2).fill(0);
    order.forEach((row, to) => {
      for (const k of [0, 1]) expected[2 * row + k]! += weights[2 * to + k]!;
    });
    expect([...got]).toEqual(expected);
  });
});

test("the inverse order undoes an order, and marks what is not reached", () => {
  expect(inverseOrder([2, 0, 1])).toEqual([1, 2, 0]);
  expect(inverseOrder([0, 2, 2])).toEqual([0, -1, 2]);
  expect(inverseOrder([])).toEqual([]);
});
