import { beforeAll, describe, expect, test } from "vitest";
import { grad, jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { logSigmoid, logSumExp, sigmoid, softclip, softplus } from "../../src/numerics/stable.ts";

beforeAll(() => ready());

/** Varied numbers: jax-js folds arrays of equal ones in double precision, which hides overflow. */
const GRID = Float32Array.from(
  [0, 1e-30, 1e-8, 1e-3, 0.1, 0.5, 1, 2.5, 10, 16, 17, 30, 80, 87, 88.5, 89, 104, 500, 1e4, 1e30],
  Math.fround,
);
const BOTH_SIGNS = Float32Array.from([...GRID, ...GRID.map((x) => -x).slice(1)]);

type Scalar = (x: NDArray) => NDArray;

async function valuesAndSlopes(f: Scalar, x: Float32Array) {
  const values = jit(f);
  const slopes = jit(grad(((input: NDArray) => f(input).sum()) as never) as never) as Scalar;
  return {
    values: (await values(np.array(x.slice())).data()) as Float32Array,
    slopes: (await slopes(np.array(x.slice())).data()) as Float32Array,
  };
}

const logistic = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplusOf = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Errors are held to `limit` times the size of the number, plus `floor`: float32 ends at 1e-37. */
function expectClose(
  got: Float32Array,
  expected: (x: number) => number,
  limit: number,
  floor = 1e-37,
): void {
  BOTH_SIGNS.forEach((x, i) => {
    const wanted = expected(x);
    const error = Math.abs((got[i] as number) - wanted);
    expect(error, `at ${x}: ${got[i]}, expected ${wanted}`).toBeLessThanOrEqual(
      limit * Math.abs(wanted) + floor,
    );
  });
}

// Relative errors: the logarithm of the engine is off by 1.2e-5, elsewhere it is rounding.
const cases: [string, Scalar, (x: number) => number, (x: number) => number, number][] = [
  ["softplus", softplus, softplusOf, logistic, 3e-5],
  ["logSigmoid", logSigmoid, (x) => -softplusOf(-x), (x) => logistic(-x), 3e-5],
  ["sigmoid", sigmoid, logistic, (x) => logistic(x) * logistic(-x), 3e-6],
];

describe.each(cases)("%s", (name, f, value, slope, limit) => {
  test("values have full relative precision at both ends", async () => {
    expectClose((await valuesAndSlopes(f, BOTH_SIGNS)).values, value, limit);
  });

  test("gradients neither overflow nor are lost", async () => {
    // That of the sigmoid loses digits where the sigmoid is nearly 1.
    const floor = name === "sigmoid" ? 1e-7 : 1e-37;
    expectClose((await valuesAndSlopes(f, BOTH_SIGNS)).slopes, slope, 5e-6, floor);
  });
});

test("the naive softplus, log(1 + exp(x)), overflows in value and gradient", async () => {
  const naive: Scalar = (x) => np.log(np.exp(x).add(1));
  const { values, slopes } = await valuesAndSlopes(naive, BOTH_SIGNS);
  expect(values[BOTH_SIGNS.indexOf(500)]).toBe(Infinity);
  expect(slopes[BOTH_SIGNS.indexOf(500)]).toBeNaN();
  expect(values[BOTH_SIGNS.indexOf(-30)]).toBe(0);
});

describe("softclip", () => {
  const clip: Scalar = (x) => softclip(x, 5);

  test("is the identity with slope 1 at 0 and bounded by its limit", async () => {
    const { values, slopes } = await valuesAndSlopes(clip, BOTH_SIGNS);
    expectClose(values, (x) => x / (1 + Math.abs(x) / 5), 1e-6);
    expectClose(slopes, (x) => 1 / (1 + Math.abs(x) / 5) ** 2, 1e-6, 1e-7);
    expect(slopes[0]).toBe(1);
    expect(values.every((value) => Math.abs(value) <= 5)).toBe(true);
  });
});

describe("logSumExp", () => {
  const rows = [
    [1, 2, 3],
    [-500, -501, -1e4],
    [500, 499, -Infinity],
    [-Infinity, -Infinity, -Infinity],
    [-Infinity, 0.5, -Infinity],
    [1e30, -1e30, 3],
  ];
  const input = () => np.array(Float32Array.from(rows.flat()), { shape: [rows.length, 3] });

  test("agrees with double precision; all -Infinity is -Infinity", async () => {
    const got = await logSumExp(input(), 1).data();
    rows.forEach((row, i) => {
      const peak = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp(value - peak), 0);
      const expected = peak === -Infinity ? -Infinity : peak + Math.log(total);
      if (Number.isFinite(expected)) expect(got[i]).toBeCloseTo(expected, expected > 1e6 ? -24 : 3);
      else expect(got[i]).toBe(expected);
    });
  });

  test("naively, exp of each and no care of -Infinity, it is NaN or infinite", async () => {
    const naive = (x: NDArray) => {
      const peak = x.ref.max(1, { keepdims: true });
      return np.log(np.exp(x.sub(peak.ref)).sum(1)).add(np.squeeze(peak, 1));
    };
    const got = await naive(input()).data();
    expect(got[3]).toBeNaN();
  });

  test("gradients are softmax weights, without NaN beside -Infinity", async () => {
    const some = rows.slice(0, 3).concat([rows[4]!]);
    const slopes = jit(grad(((x: NDArray) => logSumExp(x, 1).sum()) as never) as never) as Scalar;
    const got = await slopes(np.array(Float32Array.from(some.flat()), { shape: [4, 3] })).data();
    some.forEach((row, i) => {
      const peak = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp(value - peak), 0);
      row.forEach((value, j) => {
        expect(got[3 * i + j]).toBeCloseTo(Math.exp(value - peak) / total, 5);
      });
    });
  });

  test("over the first axis, too", async () => {
    const x = np.array(Float32Array.from([0, 1, 2, 3]), { shape: [2, 2] });
    const got = await logSumExp(x, 0).data();
    expect(got[0]).toBeCloseTo(Math.log(1 + Math.exp(2)), 4);
    expect(got[1]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(3)), 4);
  });
});
