import { beforeAll, describe, expect, test } from "vitest";
import { grad, jit, jvp, type NDArray, np, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { solveIncreasing } from "../../src/numerics/solve-increasing.ts";

beforeAll(() => ready());

const array = (values: ArrayLike<number>) => np.array(Float32Array.from(values));

type Pair = { scale: NDArray; shift: NDArray };

/** f(x) = scale x^3 + shift, root ((y - shift) / scale)^(1/3). */
function cubic({ scale, shift }: Pair, x: NDArray) {
  const square = x.ref.mul(x.ref);
  const derivative = square.ref.mul(scale.ref).mul(3);
  return [square.mul(x).mul(scale).add(shift), derivative] as const;
}

const random = hostRandom(4);
const COUNT = 200;
const scales = Float32Array.from({ length: COUNT }, () => Math.exp(random.normal()));
const shifts = Float32Array.from({ length: COUNT }, () => random.normal());
const targets = Float32Array.from({ length: COUNT }, (_, i) => shifts[i]! + 3 * random.normal());
const rootOf = (y: number, scale: number, shift: number) => Math.cbrt((y - shift) / scale);

function solveCubic(scale: NDArray, shift: NDArray, target: NDArray, bound = 100): NDArray {
  const end = () => np.zerosLike(target.ref).add(bound);
  const [low, high] = [end().neg(), end()];
  return solveIncreasing({ map: cubic, params: { scale, shift }, target, low, high });
}

describe("a cubic, flat at its bend", () => {
  test("the roots are those of the formula", async () => {
    const solve = jit((scale: NDArray, shift: NDArray, target: NDArray) =>
      solveCubic(scale, shift, target),
    );
    const x = await solve(array(scales), array(shifts), array(targets)).data();
    targets.forEach((y, i) => {
      const root = rootOf(y, scales[i]!, shifts[i]!);
      // y - shift is known to a rounding of y; where the cubic is flat that moves the root.
      const known = (3e-7 * (Math.abs(y) + Math.abs(shifts[i]!))) / (3 * scales[i]! * root ** 2);
      expect(Math.abs(x[i]! - root), `root for ${y}`).toBeLessThan(known + 3e-7 * Math.abs(root));
    });
  });

  test("gradients by target and parameters are those of the formula", async () => {
    const total = ({ scale, shift, target }: Pair & { target: NDArray }) =>
      solveCubic(scale, shift, target).sum();
    const differentiate = jit(grad(total as never) as never) as unknown as (
      args: Pair & { target: NDArray },
    ) => Pair & { target: NDArray };
    const slopes = differentiate({
      scale: array(scales),
      shift: array(shifts),
      target: array(targets),
    });
    const [byScale, byShift, byTarget] = await Promise.all([
      slopes.scale.data(),
      slopes.shift.data(),
      slopes.target.data(),
    ]);
    targets.forEach((y, i) => {
      const root = rootOf(y, scales[i]!, shifts[i]!);
      const slope = 1 / (3 * scales[i]! * root ** 2);
      const limit = 1e-4 * Math.max(1, 1 / Math.abs(root) ** 3);
      expect(Math.abs(byTarget[i]! / slope - 1)).toBeLessThan(limit);
      expect(Math.abs(byShift[i]! / -slope - 1)).toBeLessThan(limit);
      expect(Math.abs(byScale[i]! / (-slope * root ** 3) - 1)).toBeLessThan(limit);
    });
  });

  test("forward-mode derivatives are those of the formula", async () => {
    const [scale, shift, target] = [2, 1, 55];
    const inputs = () => [array([scale]), array([shift]), array([target])];
    const tangents = [array([0.3]), array([-0.2]), array([0.5])];
    const [x, dx] = jvp(solveCubic as never, inputs() as never, tangents as never) as NDArray[];
    const root = rootOf(target, scale, shift);
    expect((await x!.data())[0]).toBeCloseTo(root, 6);
    const expected = (0.5 + 0.2 - 0.3 * root ** 3) / (3 * scale * root ** 2);
    expect((await dx!.data())[0]).toBeCloseTo(expected, 5);
  });
});

/** Steps of height 1 and width 1e-3 at whole numbers, joined by slopes of 1e-4: Newton alone cycles. */
function staircase(_: NDArray, x: NDArray) {
  _.dispose();
  const places = np.array(Float32Array.from({ length: 21 }, (__, i) => i - 10));
  const z = x.ref.reshape([-1, 1]).sub(places).mul(1e3);
  const stair = np.reciprocal(np.exp(np.clip(z.neg(), -80, 80)).add(1));
  const slopes = stair.ref.mul(np.subtract(1, stair.ref)).mul(1e3);
  return [stair.sum(-1).add(x.mul(1e-4)), slopes.sum(-1).add(1e-4)] as const;
}

test("where Newton's method fails the bisections are enough", async () => {
  const y = Array.from({ length: 40 }, (_, i) => 0.3 + i / 2);
  const solve = (target: NDArray) => {
    const end = () => np.zerosLike(target.ref).add(50);
    const [low, high] = [end().neg(), end()];
    return solveIncreasing({ map: staircase, params: np.zeros([1]), target, low, high });
  };
  const x = await jit(solve)(array(y)).data();
  const logistic = (z: number) => 1 / (1 + Math.exp(-z));
  const f = (at: number) =>
    Array.from({ length: 21 }, (_, i) => logistic(1e3 * (at - i + 10))).reduce((a, b) => a + b) +
    1e-4 * at;
  y.forEach((target, i) => {
    // Some roots are on the nearly level parts, where float32 values of f leave 0.02 of x open.
    const step = 0.05;
    expect(f(x[i]! - step), `below the root for ${target}`).toBeLessThan(target);
    expect(f(x[i]! + step), `above the root for ${target}`).toBeGreaterThan(target);
    expect(Math.abs(f(x[i]!) - target), `at the root for ${target}`).toBeLessThan(5e-3);
  });
});

describe("outside the bracket", () => {
  test("the root is the nearer end, and gradients are finite", async () => {
    const y = [-1e30, -9, 9, 1e30];
    const solve = (target: NDArray) =>
      solveCubic(np.onesLike(target.ref), np.zerosLike(target.ref), target, 2);
    const x = await solve(array(y)).data();
    expect([...x]).toEqual([-2, -2, 2, 2]);
    const slopes = (
      grad(((t: NDArray) => solve(t).sum()) as never) as unknown as (t: NDArray) => NDArray
    )(array(y));
    expect((await slopes.data()).every(Number.isFinite)).toBe(true);
  });

  test("nor does a map that overflows or is level give NaN", async () => {
    // exp overflows at the upper end; far left it is 0, with slope 0.
    const exponential = (_: NDArray, x: NDArray) => {
      _.dispose();
      const value = np.exp(x);
      return [value.ref, value] as const;
    };
    const y = array([0, 1e-40, 1, 20, 1e30, 3e38]);
    const low = array(new Array(6).fill(-200));
    const high = array(new Array(6).fill(1000));
    const params = np.zeros([1]);
    const x = await solveIncreasing({ map: exponential, params, target: y, low, high }).data();
    expect(x.some(Number.isNaN)).toBe(false);
    expect(x[2]).toBeCloseTo(0, 5);
    expect(x[3]).toBeCloseTo(Math.log(20), 5);
    expect(x[4]).toBeCloseTo(Math.log(1e30), 4);
  });
});

test("brackets of any width, empty ones included", async () => {
  const y = [1, 8, 27, 64];
  const low = array([1, 1.999, -1e6, 0]);
  const high = array([1, 2.001, 1e6, 1e12]);
  const params = { scale: np.ones([4]), shift: np.zeros([4]) };
  const x = await solveIncreasing({ map: cubic, params, target: array(y), low, high }).data();
  expect([...x].slice(0, 2).map((v) => Math.round(v * 1e6) / 1e6)).toEqual([1, 2]);
  expect(x[2]).toBeCloseTo(3, 5);
  // 2^-24 of the bracket and the steps that follow: promised is no more.
  expect(Math.abs(x[3]! - 4)).toBeLessThan(3e12 * 2 ** -24);
});
