import { beforeAll, expect, test } from "vitest";
import type { Transformer } from "../../src/core/transformer.ts";
import { grad, jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

/** `[y, log dy/dx]` of one scalar with its parameters, in double precision, from the docstring's formula. */
export type Reference = (theta: readonly number[], x: number) => [y: number, logSlope: number];

interface Case {
  readonly transformer: Transformer;
  readonly reference: Reference;
  /** Error of the value relative to 1, |x| and |y|, for parameters of size 1 and of size 10. */
  readonly valueLimits: readonly [number, number];
  /** Error of the log-derivative, likewise. */
  readonly logLimits: readonly [number, number];
  /** Largest distance from the identity, in value and in log-derivative, at zero parameters. */
  readonly identity: readonly [value: number, logSlope: number];
}

type Numbers = Float32Array<ArrayBufferLike>;
type Run = (theta: Float32Array, x: Float32Array) => Promise<[Numbers, Numbers]>;

/** A transformer's direction from numbers to numbers; parameters are `[parameterCount, n]`. */
export function runner(transformer: Transformer, direction: "forward" | "inverse"): Run {
  const program = jit((theta: NDArray, x: NDArray): NDArray[] =>
    transformer[`${direction}AndLogDet`](theta, x),
  );
  return async (theta, x) => {
    const shape = [transformer.parameterCount, x.length];
    const [y, logDet] = program(np.array(theta.slice(), { shape }), np.array(x.slice())) as [
      NDArray,
      NDArray,
    ];
    return [(await y.data()) as Numbers, (await logDet.data()) as Numbers];
  };
}

const COUNT = 400;

function columnOf(theta: Float32Array, count: number, index: number): number[] {
  return Array.from({ length: theta.length / count }, (_, p) => theta[p * count + index]!);
}

function drawTheta(parameters: number, count: number, size: number): Float32Array {
  const random = hostRandom(17);
  return Float32Array.from({ length: parameters * count }, () => size * random.normal());
}

/** x with `reference(theta, x) = y`, by bisection. */
export function invert(reference: Reference, theta: readonly number[], y: number): number {
  let [low, high] = [-1, 1];
  while (reference(theta, low)[0] > y) low *= 2;
  while (reference(theta, high)[0] < y) high *= 2;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (reference(theta, middle)[0] < y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** What every increasing transformer with a numeric inverse keeps. */
export function testMonotone(subject: Case): void {
  const { transformer, reference, valueLimits, logLimits, identity } = subject;
  const parameters = transformer.parameterCount;
  const runs = { forward: runner(transformer, "forward"), inverse: runner(transformer, "inverse") };
  const grid = Float32Array.from({ length: COUNT }, (_, i) => (16 * i) / (COUNT - 1) - 8);

  beforeAll(() => ready());

  test("costs: a parallel forward, a numeric inverse", () => {
    expect(transformer.cost).toEqual({ forward: "parallel", inverse: "numeric" });
  });

  test.each([
    [1, valueLimits[0], logLimits[0]],
    [10, valueLimits[1], logLimits[1]],
  ])(
    "parameters of size %d: values and log-derivatives of the formula",
    async (size, ...limits) => {
      const theta = drawTheta(parameters, COUNT, size);
      const [value, logDet] = await runs.forward(theta, grid);
      grid.forEach((x, i) => {
        const [y, logSlope] = reference(columnOf(theta, COUNT, i), x);
        const error = Math.abs(value[i]! - y) / Math.max(1, Math.abs(x), Math.abs(y));
        expect(error, `value at ${x}`).toBeLessThan(limits[0]!);
        expect(Math.abs(logDet[i]! - logSlope), `log-derivative at ${x}`).toBeLessThan(limits[1]!);
      });
    },
  );

  test.each([0, 1, 3, 10])("parameters of size %d: it grows along a line", async (size) => {
    const [column] = [drawTheta(parameters, 1, size)];
    const theta = Float32Array.from(
      { length: parameters * COUNT },
      (_, i) => column[Math.floor(i / COUNT)]!,
    );
    const [y] = await runs.forward(theta, grid);
    // By at least half of what the smallest slope, 1e-3, promises, less what float32 rounds away.
    for (let i = 1; i < COUNT; i++) {
      const rise = y[i]! - y[i - 1]!;
      const rounding = 1e-6 * Math.max(1, Math.abs(y[i]!));
      expect(rise, `up to ${grid[i]}`).toBeGreaterThan(0.5e-3 * (16 / COUNT) - rounding);
    }
  });

  test("zero parameters are nearly the identity", async () => {
    for (const run of [runs.forward, runs.inverse]) {
      const [y, logDet] = await run(new Float32Array(parameters * COUNT), grid);
      grid.forEach((x, i) => {
        expect(Math.abs(y[i]! - x), `value at ${x}`).toBeLessThan(identity[0]);
        expect(Math.abs(logDet[i]!), `log-derivative at ${x}`).toBeLessThan(identity[1]);
      });
    }
  });

  test.each([1, 10])("parameters of size %d: the inverse is that of a bisection", async (size) => {
    const theta = drawTheta(parameters, COUNT, size);
    const [value, logDet] = await runs.inverse(theta, grid);
    const [valueLimit, logLimit] = [valueLimits[size === 1 ? 0 : 1], logLimits[0]];
    grid.forEach((y, i) => {
      const column = columnOf(theta, COUNT, i);
      const root = invert(reference, column, y);
      const [, logSlope] = reference(column, root);
      // Where the map is flat its rounding moves the root; its image is y all the same.
      const image = reference(column, value[i]!)[0];
      const largest = Math.max(1, Math.abs(y), Math.abs(root));
      const steepest = Math.max(1, Math.exp(logSlope), 2e-7 * Math.abs(root));
      const error = Math.abs(image - y) / (largest * steepest);
      expect(error, `image of the root for ${y}`).toBeLessThan(2 * valueLimit);
      if (size > 1) return;
      const flatness = Math.max(1, Math.exp(-logSlope));
      expect(Math.abs(value[i]! - root) / largest).toBeLessThan(2 * valueLimit * flatness);
      expect(Math.abs(logDet[i]! + logSlope)).toBeLessThan(5 * logLimit * flatness);
    });
  });

  test.each([0, 1, 10, 1e4])(
    "parameters of size %d: any number has an image and an inverse, with gradients",
    async (size) => {
      const sizes = [0, 1e-30, 1e-3, 5, 5.000001, 100, 1e5, 1e30];
      const x = Float32Array.from([...sizes, ...sizes.map((value) => -value)]);
      const theta = drawTheta(parameters, x.length, size);
      for (const direction of ["forward", "inverse"] as const) {
        const [value, logDet] = await runs[direction](theta, x);
        x.forEach((at, i) => {
          expect(Number.isFinite(value[i]), `${direction} of ${at}: ${value[i]}`).toBe(true);
          expect(Number.isFinite(logDet[i]), `log-derivative at ${at}: ${logDet[i]}`).toBe(true);
        });
        // Beyond 1e3 what a gradient is made of may overflow.
        const moderate = x.map((value) => Math.max(-1e3, Math.min(1e3, value)));
        const slopes = await gradients(transformer, direction, theta, moderate);
        expect(slopes.some(Number.isNaN), `gradients, ${direction}`).toBe(false);
      }
    },
  );

  test("gradients of the inverse are those of the formula", async () => {
    const count = 6;
    const theta = drawTheta(parameters, count, 0.5);
    const y = Float32Array.from([-3.1, -1.3, -0.2, 0.4, 1.7, 2.9]);
    const slopes = await gradients(transformer, "inverse", theta, y);
    const functional = (column: readonly number[], at: number) => {
      const x = invert(reference, column, at);
      return x - reference(column, x)[1];
    };
    const h = 1e-4;
    for (let i = 0; i < count; i++) {
      const column = columnOf(theta, count, i);
      const at = y[i]!;
      const byInput = (functional(column, at + h) - functional(column, at - h)) / (2 * h);
      expect(Math.abs(slopes[parameters * count + i]! - byInput)).toBeLessThan(
        2e-3 * Math.max(1, Math.abs(byInput)),
      );
      for (let p = 0; p < parameters; p++) {
        const moved = (by: number) => column.map((value, q) => (q === p ? value + by : value));
        const byTheta = (functional(moved(h), at) - functional(moved(-h), at)) / (2 * h);
        expect(
          Math.abs(slopes[p * count + i]! - byTheta),
          `by parameter ${p} at ${at}`,
        ).toBeLessThan(2e-3 * Math.max(1, Math.abs(byTheta)));
      }
    }
  });

  test("arrays of any shape", async () => {
    const theta = drawTheta(parameters, 6, 1);
    const x = Float32Array.from([-2, -1, 0, 0.5, 1, 3]);
    const [flat, flatLog] = await runs.forward(theta, x);
    const [y, logDet] = transformer.forwardAndLogDet(
      np.array(theta, { shape: [parameters, 2, 3] }),
      np.array(x, { shape: [2, 3] }),
    );
    expect(y.shape).toEqual([2, 3]);
    expect(logDet.shape).toEqual([2, 3]);
    const [values, logDets] = [await y.data(), await logDet.data()];
    x.forEach((_, i) => {
      expect(values[i]).toBeCloseTo(flat[i]!, 5);
      expect(logDets[i]).toBeCloseTo(flatLog[i]!, 5);
    });
  });
}

/** Gradients of `sum(value + log-derivative)` by theta, then by the input. */
export async function gradients(
  transformer: Transformer,
  direction: "forward" | "inverse",
  theta: Float32Array,
  x: Float32Array,
): Promise<number[]> {
  type Variables = { theta: NDArray; x: NDArray };
  const loss = (variables: Variables) => {
    const [y, logDet] = transformer[`${direction}AndLogDet`](variables.theta, variables.x);
    return y.sum().add(logDet.sum());
  };
  const differentiate = jit(grad(loss as never) as never) as unknown as (v: Variables) => Variables;
  const slopes = differentiate({
    theta: np.array(theta.slice(), { shape: [transformer.parameterCount, x.length] }),
    x: np.array(x.slice()),
  });
  return [...(await slopes.theta.data()), ...(await slopes.x.data())];
}
