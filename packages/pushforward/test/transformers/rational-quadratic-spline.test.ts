import { beforeAll, describe, expect, test } from "vitest";
import { grad, jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import {
  type RationalQuadraticSplineOptions,
  rationalQuadraticSpline,
} from "../../src/transformers/index.ts";
import { knotsOf, type SplineOptions, splineForward, splineInverse } from "./spline-reference.ts";

beforeAll(() => ready());

type Maps = Record<
  "forward" | "inverse",
  (theta: Float32Array, x: Float32Array) => Promise<[Float32Array, Float32Array]>
>;

/** A spline's two directions from numbers to numbers; parameters are `[3K - 1, n]`. */
function mapsOf({ bins, bound, minBin }: SplineOptions): Maps {
  const spline = rationalQuadraticSpline({ bins, bound, minBin });
  const run = (direction: "forward" | "inverse"): Maps["forward"] => {
    const program = jit((theta: NDArray, x: NDArray): NDArray[] =>
      spline[`${direction}AndLogDet`](theta, x),
    );
    return async (theta, x) => {
      const parameters = np.array(theta.slice(), { shape: [spline.parameterCount, x.length] });
      const [value, logDet] = program(parameters, np.array(x.slice())) as [NDArray, NDArray];
      return [(await value.data()) as Float32Array, (await logDet.data()) as Float32Array];
    };
  };
  return { forward: run("forward"), inverse: run("inverse") };
}

function columnOf(theta: Float32Array, count: number, index: number): number[] {
  return Array.from({ length: theta.length / count }, (_, p) => theta[p * count + index]!);
}

/** Gradients of `sum(y + log-det)` by x and theta. */
async function gradients(
  map: (theta: NDArray, x: NDArray) => [NDArray, NDArray],
  theta: Float32Array,
  x: Float32Array,
): Promise<{ x: Float32Array; theta: Float32Array }> {
  const loss = (variables: { theta: NDArray; x: NDArray }) => {
    const [y, logDet] = map(variables.theta, variables.x);
    return y.sum().add(logDet.sum());
  };
  const differentiate = jit(grad(loss as never) as never) as unknown as (variables: {
    theta: NDArray;
    x: NDArray;
  }) => { theta: NDArray; x: NDArray };
  const slopes = differentiate({
    theta: np.array(theta.slice(), { shape: [theta.length / x.length, x.length] }),
    x: np.array(x.slice()),
  });
  return {
    x: (await slopes.x.data()) as Float32Array,
    theta: (await slopes.theta.data()) as Float32Array,
  };
}

const COUNT = 1500;

/** Random parameters and inputs, some of them in the tails. */
function drawCase(bins: number, bound: number, size: number) {
  const random = hostRandom(bins, 0);
  const theta = Float32Array.from({ length: (3 * bins - 1) * COUNT }, () => size * random.normal());
  const x = Float32Array.from({ length: COUNT }, () => 1.2 * bound * (2 * random.uniform() - 1));
  return { theta, x };
}

describe.each([
  { bins: 8, bound: 5, size: 1, logLimit: 1e-4 },
  { bins: 4, bound: 2, size: 1, logLimit: 1e-4 },
  { bins: 2, bound: 50, size: 1, logLimit: 1e-4 },
  { bins: 32, bound: 5, size: 3, logLimit: 1e-2 },
  { bins: 8, bound: 5, size: 6, logLimit: 1e-2 },
  // From here on bins are as narrow as they can be.
  { bins: 8, bound: 5, size: 30, logLimit: 0.1 },
  { bins: 8, bound: 5, size: 1e6, logLimit: 0.1 },
])("$bins bins on ±$bound, parameters of size $size", ({ bins, bound, size, logLimit }) => {
  const options = { bins, bound, minBin: 1e-3 };
  const { theta, x } = drawCase(bins, bound, size);

  test("values and log-derivatives are those of the formulas in double precision", async () => {
    const [value, logDet] = await mapsOf(options).forward(theta, x);
    x.forEach((at, i) => {
      const [y, logSlope] = splineForward(knotsOf(columnOf(theta, COUNT, i), options), at);
      const error = Math.abs(value[i]! - y) / (bound * Math.max(1, Math.exp(logSlope)));
      expect(error, `value at ${at}`).toBeLessThan(2e-6);
      expect(Math.abs(logDet[i]! - logSlope), `log-derivative at ${at}`).toBeLessThan(logLimit);
    });
  });

  test("the inverse is that of a bisection in double precision", async () => {
    const [value, logDet] = await mapsOf(options).inverse(theta, x);
    x.forEach((at, i) => {
      const knots = knotsOf(columnOf(theta, COUNT, i), options);
      const root = splineInverse(knots, at);
      const logSlope = -splineForward(knots, root)[1];
      const error = Math.abs(value[i]! - root) / (bound * Math.max(1, Math.exp(logSlope)));
      expect(error, `value at ${at}`).toBeLessThan(5e-6);
      expect(Math.abs(logDet[i]! - logSlope), `log-derivative at ${at}`).toBeLessThan(logLimit);
    });
  });
});

/** The discriminant of the inverse's quadratic, in float32 as the naive formula computes it. */
function naiveDiscriminant(knots: ReturnType<typeof knotsOf>, at: number): number {
  const f = Math.fround;
  let k = 0;
  while (at >= knots.y[k + 1]!) k++;
  const width = f(knots.x[k + 1]! - knots.x[k]!);
  const height = f(knots.y[k + 1]! - knots.y[k]!);
  const [d0, d1] = [f(knots.slopes[k]!), f(knots.slopes[k + 1]!)];
  const s = f(height / width);
  const rise = f(at - f(knots.y[k]!));
  const bend = f(rise * f(f(d0 + d1) - f(2 * s)));
  const a = f(f(height * f(s - d0)) + bend);
  const b = f(f(height * d0) - bend);
  const c = f(-f(s * rise));
  return f(f(b * b) - f(f(4 * a) * c));
}

describe("a discriminant that float32 makes negative (nflows #87)", () => {
  // Naive: sqrt(b^2 - 4ac) with an assertion, or without, hence NaN. It turns negative just below a
  // knot where the slope is tiny against the chord.
  const options = { bins: 3, bound: 1, minBin: 1e-3 };
  const [count, parameters] = [4096, 8];
  const random = hostRandom(3);
  const columns = Array.from({ length: count }, () =>
    Array.from({ length: parameters }, () => Math.fround(100 * random.normal())),
  );
  const knots = columns.map((column) => knotsOf(column, options));
  const y = Float32Array.from(knots, ({ y: edges }) => edges[1]! - 2e-7 * random.uniform());
  const theta = Float32Array.from(
    { length: parameters * count },
    (_, i) => columns[i % count]![Math.floor(i / count)]!,
  );

  test("the naive formula meets it here", () => {
    const negative = [...y].filter((at, i) => naiveDiscriminant(knots[i]!, at) < 0);
    expect(negative.length).toBeGreaterThan(10);
  });

  test("the inverse is right all the same", async () => {
    const [value, logDet] = await mapsOf(options).inverse(theta, y);
    y.forEach((at, i) => {
      // So steep a map loses the digits of its root: what the root is mapped to tells.
      const [image, logSlope] = splineForward(knots[i]!, value[i]!);
      const error = Math.abs(image - at) / Math.max(1, Math.exp(logSlope));
      expect(error, `inverse at ${at}`).toBeLessThan(2e-6);
      expect(Number.isFinite(logDet[i]!), `log-derivative at ${at}`).toBe(true);
    });
  });

  test("and has finite gradients", async () => {
    const spline = rationalQuadraticSpline(options);
    const slopes = await gradients((p, x) => spline.inverseAndLogDet(p, x), theta, y);
    expect([...slopes.x, ...slopes.theta].every(Number.isFinite)).toBe(true);
  });
});

describe("gradients beyond the interval", () => {
  const spline = rationalQuadraticSpline({ bins: 4, bound: 2 });
  const far = Float32Array.from([-1e30, -1e10, -300, -2.5, 2.5, 17, 1e6, 1e30]);
  const random = hostRandom(5);
  const theta = Float32Array.from({ length: 11 * far.length }, () => random.normal());

  test.each(["forward", "inverse"] as const)(
    "%s: all inputs in the tails: slope 1, and no parameter matters (nflows #23, #25)",
    async (direction) => {
      const map = spline[`${direction}AndLogDet`];
      const slopes = await gradients((p, x) => map(p, x), theta, far);
      expect([...slopes.x]).toEqual([...far].map(() => 1));
      expect(slopes.theta.every((slope) => slope === 0)).toBe(true);
    },
  );

  test("the naive version, which selects only the output, has NaN gradients there", async () => {
    // flowjax #239, bayesflow #721: where(outside, x, f(x)) multiplies f's infinite slope by 0.
    const naive = (p: NDArray, x: NDArray): [NDArray, NDArray] => {
      p.dispose();
      const inside = np.sqrt(np.subtract(4, x.ref.mul(x.ref)));
      const outside = np.greater(np.absolute(x.ref), 2);
      return [np.where(outside, x.ref, inside), x.mul(0)];
    };
    const slopes = await gradients(naive, theta, far);
    expect(slopes.x.some(Number.isNaN)).toBe(true);
  });
});

describe("ends and knots", () => {
  test.each([1, 5, 32, 1000])(
    "x at and next to ±%d falls into no bin that is not there",
    async (bound) => {
      // nflows adds 1e-6 to the last knot, which float32 absorbs from 32 on: its bin index runs over.
      const next = (value: number, by: number) => {
        const bits = new Int32Array(new Float32Array([value]).buffer);
        return new Float32Array(new Int32Array([bits[0]! + by]).buffer)[0]!;
      };
      const ends = [bound, next(bound, -1), next(bound, 1)];
      const x = Float32Array.from([...ends, ...ends.map((value) => -value)]);
      const random = hostRandom(bound);
      const theta = Float32Array.from({ length: 23 * x.length }, () => random.normal());
      const maps = mapsOf({ bins: 8, bound, minBin: 1e-3 });
      for (const map of [maps.forward, maps.inverse]) {
        const [y, logDet] = await map(theta, x);
        x.forEach((at, i) => {
          expect(Math.abs(y[i]! - at) / bound).toBeLessThan(2e-6);
          expect(Math.abs(logDet[i]!)).toBeLessThan(1e-4);
        });
      }
    },
  );

  test("at its knots it has their values and slopes", async () => {
    const options = { bins: 5, bound: 3, minBin: 1e-3 };
    const random = hostRandom(11);
    const column = Array.from({ length: 14 }, () => random.normal());
    const knots = knotsOf(column, options);
    const x = Float32Array.from(knots.x);
    const theta = Float32Array.from({ length: 14 * 6 }, (_, i) => column[Math.floor(i / 6)]!);
    const [y, logDet] = await mapsOf(options).forward(theta, x);
    knots.y.forEach((value, k) => {
      expect(y[k]).toBeCloseTo(value, 5);
      expect(Math.abs(logDet[k]! - Math.log(knots.slopes[k]!))).toBeLessThan(1e-4);
    });
  });

  // nflows: softplus(0) + 1e-3 = 0.694 is the slope at zero parameters, 1 in the tails beside it.
  test("zero parameters are the identity, tails included", async () => {
    const x = Float32Array.from({ length: 201 }, (_, i) => (i - 100) / 10);
    const maps = mapsOf({ bins: 8, bound: 5, minBin: 1e-3 });
    for (const map of [maps.forward, maps.inverse]) {
      const [y, logDet] = await map(new Float32Array(23 * x.length), x);
      x.forEach((at, i) => {
        expect(Math.abs(y[i]! - at)).toBeLessThanOrEqual(Math.abs(at) > 5 ? 0 : 1e-6);
        expect(Math.abs(logDet[i]!)).toBeLessThanOrEqual(Math.abs(at) > 5 ? 0 : 2e-5);
      });
    }
  });
});

type Direction = "forward" | "inverse";

/** A spline with other tails, one column of parameters for all numbers. */
async function runWithTails(
  options: RationalQuadraticSplineOptions,
  direction: Direction,
  column: readonly number[],
  x: Float32Array,
) {
  const spline = rationalQuadraticSpline(options);
  expect(column.length).toBe(spline.parameterCount);
  const program = jit((theta: NDArray, input: NDArray): NDArray[] =>
    spline[`${direction}AndLogDet`](theta, input),
  );
  const theta = Float32Array.from(
    { length: column.length * x.length },
    (_, i) => column[Math.floor(i / x.length)]!,
  );
  const [value, logDet] = program(
    np.array(theta, { shape: [column.length, x.length] }),
    np.array(x.slice()),
  ) as [NDArray, NDArray];
  return [(await value.data()) as Float32Array, (await logDet.data()) as Float32Array] as const;
}

/** Knots of a spline whose outer slopes are given: those of the reference have slope 1. */
function knotsWithEnds(column: readonly number[], options: SplineOptions, slopes: number[]) {
  const { bins } = options;
  const knots = knotsOf([...column.slice(0, 2 * bins), ...slopes.slice(1, -1)], options);
  const limit = Math.log(1e3);
  const end = (logit: number) => Math.exp(limit * Math.tanh(logit / limit));
  knots.slopes[0] = end(slopes[0]!);
  knots.slopes[bins] = end(slopes.at(-1)!);
  return knots;
}

const wide = { bins: 5, bound: 2, minBin: 1e-3 };

describe("affine tails", () => {
  const options = { ...wide, tails: "affine" } as const;
  const random = hostRandom(21);
  const column = Array.from({ length: 18 }, () => Math.fround(0.7 * random.normal()));
  const knots = knotsWithEnds(column, wide, column.slice(10, 16));
  const [shift, raw] = column.slice(16) as [number, number];
  const logScale = raw / (1 + Math.abs(raw) / 5);
  const exact = (x: number): [number, number] => {
    const end = Math.abs(x) > 2 ? Math.sign(x) * 2 : null;
    const slope = end === null ? 1 : knots.slopes[end < 0 ? 0 : 5]!;
    const [y, logSlope] =
      end === null ? splineForward(knots, x) : [end + slope * (x - end), Math.log(slope)];
    return [y * Math.exp(logScale) + shift, logSlope + logScale];
  };
  const x = Float32Array.from({ length: 81 }, (_, i) => (i - 40) / 5 + 0.01);

  test("the lines have the learned outer slopes, the whole its shift and scale", async () => {
    const [y, logDet] = await runWithTails(options, "forward", column, x);
    x.forEach((at, i) => {
      const [value, logSlope] = exact(at);
      expect(Math.abs(y[i]! - value), `value at ${at}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(value)),
      );
      expect(Math.abs(logDet[i]! - logSlope), `log-derivative at ${at}`).toBeLessThan(1e-4);
    });
  });

  test("the inverse follows them back", async () => {
    const y = x.map((at) => exact(at)[0]);
    const [back, logDet] = await runWithTails(options, "inverse", column, y);
    x.forEach((at, i) => {
      expect(Math.abs(back[i]! - at), `to ${at}`).toBeLessThan(2e-5 * Math.max(1, Math.abs(at)));
      expect(Math.abs(logDet[i]! + exact(at)[1]), `log-derivative at ${at}`).toBeLessThan(1e-4);
    });
  });

  test("zero parameters are the identity everywhere", async () => {
    const far = Float32Array.from([-1e6, -7, -2, -0.3, 1.1, 2, 30, 1e6]);
    for (const direction of ["forward", "inverse"] as const) {
      const [y, logDet] = await runWithTails(options, direction, new Array(18).fill(0), far);
      far.forEach((at, i) => {
        expect(Math.abs(y[i]! - at)).toBeLessThan(2e-6 * Math.max(1, Math.abs(at)));
        expect(Math.abs(logDet[i]!)).toBeLessThan(2e-5);
      });
    }
  });
});

describe("circular tails", () => {
  const circle = { bins: 5, bound: Math.PI, minBin: 1e-3 };
  const options = { bins: 5, tails: "circular" } as const;
  const random = hostRandom(22);
  const column = Array.from({ length: 16 }, () => Math.fround(random.normal()));
  const slopes = column.slice(10, 15);
  const knots = knotsWithEnds(column, circle, [...slopes, slopes[0]!]);
  const phase = column[15]!;
  const turn = (value: number) => value - 2 * Math.PI * Math.round(value / (2 * Math.PI));
  const distance = (a: number, b: number) => Math.abs(turn(a - b));
  const x = Float32Array.from({ length: 101 }, (_, i) => ((i - 50) * Math.PI) / 50.5);

  test("the spline, then the turn by the phase, and back", async () => {
    const [y, logDet] = await runWithTails(options, "forward", column, x);
    const [back, backLogDet] = await runWithTails(options, "inverse", column, y);
    x.forEach((at, i) => {
      const [value, logSlope] = splineForward(knots, at);
      expect(distance(y[i]!, value + phase), `value at ${at}`).toBeLessThan(1e-5);
      expect(Math.abs(y[i]!)).toBeLessThanOrEqual(Math.fround(Math.PI));
      expect(Math.abs(logDet[i]! - logSlope), `log-derivative at ${at}`).toBeLessThan(1e-4);
      expect(distance(back[i]!, at), `back to ${at}`).toBeLessThan(2e-5);
      expect(Math.abs(logDet[i]! + backLogDet[i]!)).toBeLessThan(1e-4);
    });
  });

  test("value and slope agree across the cut, and a turn later all is the same", async () => {
    const near = Math.PI - 1e-4;
    const points = Float32Array.from([near, -near, 1, 1 + 2 * Math.PI, 1 - 4 * Math.PI]);
    const [y, logDet] = await runWithTails(options, "forward", column, points);
    const slope = Math.exp(logDet[0]!);
    expect(distance(y[1]!, y[0]!)).toBeCloseTo(2e-4 * slope, 4);
    expect(logDet[1]).toBeCloseTo(logDet[0]!, 2);
    for (const i of [3, 4]) {
      expect(distance(y[i]!, y[2]!)).toBeLessThan(1e-5);
      expect(logDet[i]).toBeCloseTo(logDet[2]!, 4);
    }
  });

  test("covers the circle once", async () => {
    const [y] = await runWithTails(options, "forward", column, x);
    const steps = [...y].map(
      (value, i) => (value - y[(i + 100) % 101]! + 2 * Math.PI) % (2 * Math.PI),
    );
    expect(steps.every((step) => step > 0)).toBe(true);
    expect(steps.reduce((sum, step) => sum + step, 0)).toBeCloseTo(2 * Math.PI, 4);
  });

  test("zero parameters are the identity", async () => {
    const [y, logDet] = await runWithTails(options, "forward", new Array(16).fill(0), x);
    x.forEach((at, i) => {
      expect(Math.abs(y[i]! - at)).toBeLessThan(2e-6);
      expect(Math.abs(logDet[i]!)).toBeLessThan(2e-5);
    });
  });

  test("the interval is [-pi, pi] unless it is said", () => {
    expect(rationalQuadraticSpline(options).interval).toEqual([-Math.PI, Math.PI]);
    expect(rationalQuadraticSpline({ ...options, bound: 1 }).interval).toEqual([-1, 1]);
  });
});

describe("options", () => {
  test.each([
    [{ bins: 1 }, "bins must be an integer >= 2, got 1"],
    [{ bins: 2.5 }, "got 2.5"],
    [{ bound: 0 }, "bound must be positive and finite, got 0"],
    [{ bound: Infinity }, "got Infinity"],
    [{ bins: 8, minBin: 0.125 }, "below 1 / bins = 0.125, got 0.125"],
    [{ minBin: 0 }, "got 0"],
    [
      { tails: "linear" as "affine" },
      'tails must be "identity", "affine" or "circular", got "linear"',
    ],
  ])("%o is refused", (options, message) => {
    expect(() => rationalQuadraticSpline(options)).toThrow(message);
  });
});
