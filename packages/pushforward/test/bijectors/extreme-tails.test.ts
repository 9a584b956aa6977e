import { beforeAll, describe, expect, test } from "vitest";
import { extremeTails } from "../../src/bijectors/index.ts";
import { jit, type NDArray, np, random, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

beforeAll(() => ready());

const bijector = extremeTails({ shape: [1] });
const rawOf = (lambda: number) => Math.log(Math.expm1(lambda));

async function run(
  direction: "forward" | "inverse",
  [left, right]: readonly [number, number],
  x: readonly number[],
): Promise<readonly [number[], number[]]> {
  const program = jit((params: { rawLeft: NDArray; rawRight: NDArray }, rows: NDArray): NDArray[] =>
    bijector[`${direction}AndLogDet`](params, rows),
  );
  const params = {
    rawLeft: np.array(Float32Array.of(rawOf(left))),
    rawRight: np.array(Float32Array.of(rawOf(right))),
  };
  const rows = np.array(Float32Array.from(x), { shape: [x.length, 1] });
  const [y, logDet] = program(params, rows) as [NDArray, NDArray];
  return [[...(await y.data())], [...(await logDet.data())]];
}

describe("y = x exp(lambda x^2 / 2)", () => {
  const lambdas = [0.7, 0.2] as const;
  const x = [-6, -2.5, -1, -0.01, 0, 0.02, 0.9, 3, 7.5];

  test("with its own lambda on each side, and the slope's logarithm", async () => {
    const [y, logDet] = await run("forward", lambdas, x);
    x.forEach((at, i) => {
      const exponent = ((at < 0 ? lambdas[0] : lambdas[1]) * at * at) / 2;
      const value = at * Math.exp(exponent);
      expect(Math.abs(y[i]! - value)).toBeLessThanOrEqual(
        // The engine's logarithm in lambda = softplus(raw), times the exponent.
        3e-5 * (1 + exponent) * Math.abs(value),
      );
      expect(Math.abs(logDet[i]! - exponent - Math.log1p(2 * exponent))).toBeLessThan(
        5e-5 * (1 + exponent),
      );
    });
  });

  test("and back, from values far out as well", async () => {
    const far = [-1e12, -1e5, ...x, 1e5, 1e12];
    const [back, backLogDet] = await run("inverse", lambdas, far);
    const [again, logDet] = await run("forward", lambdas, back);
    far.forEach((at, i) => {
      // The exponent magnifies the rounding of what it is the exponent of.
      expect(Math.abs(again[i]! - at) / Math.max(1, Math.abs(at)), `at ${at}`).toBeLessThan(1e-4);
      expect(Math.abs(logDet[i]! + backLogDet[i]!)).toBeLessThan(1e-4);
    });
  });

  test("beyond float32 it goes on in a line, both ways, without NaN", async () => {
    const far = [-1e30, -1e10, 1e10, 1e30];
    const [down] = await run("inverse", lambdas, far);
    expect(down.every((value, i) => Math.sign(value) === Math.sign(far[i]!))).toBe(true);
    const [up, logDet] = await run("forward", lambdas, [-1e20, -100, 100, 1e20]);
    expect([...up, ...logDet].some(Number.isNaN)).toBe(false);
    const [back] = await run("inverse", lambdas, up);
    [-1e20, -100, 100, 1e20].forEach((at, i) => {
      expect(back[i]! / at).toBeCloseTo(1, 4);
    });
  });
});

test("makes the tail that its lambda says of a normal one: Hill's estimate", async () => {
  const source = hostRandom(3);
  const z = Float32Array.from({ length: 200_000 }, () => Math.abs(source.normal()));
  const [y] = await run("forward", [0.5, 0.5], [...z]);
  const largest = [...y].sort((a, b) => b - a).slice(0, 201);
  const threshold = Math.log(largest[200]!);
  const index =
    largest.slice(0, 200).reduce((sum, value) => sum + Math.log(value) - threshold, 0) / 200;
  // The logarithms that the power law holds up to add about 1 / z^2 to it here; the estimate has 7 % noise.
  expect(index).toBeGreaterThan(0.4);
  expect(index).toBeLessThan(0.75);
});

test("starts as nearly the identity", async () => {
  const params = bijector.init(random.key(0));
  const x = [-3, -1, 0, 0.5, 3];
  const [y] = bijector.forwardAndLogDet(params, np.array(Float32Array.from(x), { shape: [5, 1] }));
  [...((await y.data()) as Float32Array)].forEach((value, i) => {
    expect(Math.abs(value - x[i]!)).toBeLessThan(0.14);
  });
});
