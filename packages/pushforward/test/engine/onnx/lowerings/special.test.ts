import { lax, nn } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { type NDArray, np, ready, valueAndGrad } from "../../../../src/engine/index.ts";
import { describeLowered, expectLoweredEqual, normals, runLowered } from "../run-lowered.ts";

beforeAll(() => ready());

/** `erfc` in double precision: its series below 2, its continued fraction above. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let [sum, term] = [x, x];
    for (let n = 1; n < 60; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 200; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

describeLowered("erfc", () => {
  test("relative to its value, far into the tail", async () => {
    const data = Float32Array.from({ length: 1300 }, (_, i) => -4 + i / 100);
    const [{ data: values }] = (await runLowered(
      (x) => lax.erfc(x) as NDArray,
      [{ data, shape: [1300] }],
    )) as never as [{ data: Float32Array }];
    for (const [index, x] of data.entries()) {
      const expected = erfc(x);
      expect(Math.abs(values[index]! / expected - 1), `erfc(${x})`).toBeLessThan(2.5e-7);
    }
  });

  test("at the ends", async () => {
    const data = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 20, -20];
    const [result] = await runLowered((x) => lax.erfc(x) as NDArray, [{ data, shape: [5] }]);
    expect(Array.from(result!.data)).toEqual([0, 2, Number.NaN, 0, 2]);
  });

  test("agrees with jax-js, whose formula is good to 1.5e-7, in value and gradient", () => {
    const loss = (x: NDArray) => np.sum(nn.gelu(x, { approximate: false }) as NDArray);
    return expectLoweredEqual(
      (x) => [lax.erfc(x.ref) as NDArray, ...valueAndGrad(loss)(x)],
      [11, 3].map((count) => [normals(count, count, 5)]),
      { symbolicRows: 11, tolerance: 3e-6 },
    );
  });
});
