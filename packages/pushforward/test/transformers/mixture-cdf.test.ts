import { beforeAll, describe, expect, test } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import { grad, jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { type MixtureCdfOptions, mixtureCdf } from "../../src/transformers/index.ts";
import { logDensity, logPhi } from "../numerics/normal-reference.ts";

beforeAll(() => ready());

const COMPONENTS = 4;

type Options = Required<MixtureCdfOptions>;

const logSigmoid = (z: number) => -Math.log1p(Math.exp(-Math.abs(z))) + Math.min(z, 0);
const logSum = (terms: readonly number[]) => {
  const peak = Math.max(...terms);
  return peak + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - peak), 0));
};

/** log of distribution function and density. */
const families = {
  logistic: {
    cdf: logSigmoid,
    density: (z: number) => logSigmoid(z) + logSigmoid(-z),
    deviation: Math.PI / Math.sqrt(3),
    unit: 1,
  },
  normal: { cdf: logPhi, density: logDensity, deviation: 1, unit: 1.702 },
} as const;

function bisect(increasing: (x: number) => number, target: number): number {
  let [low, high] = [-1e4, 1e4];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (increasing(middle) < target) low = middle;
    else high = middle;
  }
  return low;
}

/** Value and log-derivative in double precision, from the definition. */
function reference({ components, kernel, onto }: Options, theta: readonly number[], x: number) {
  const family = families[kernel];
  const target = onto === "unit" ? family : families[onto];
  const unit = family.unit / target.unit;
  const softclip = (value: number) => value / (1 + Math.abs(value) / 5);
  const total = logSum(theta.slice(0, components));
  const parts = Array.from({ length: components }, (_, k) => {
    const offset = unit * 0.6 * family.deviation * ((2 * k + 1) / components - 1);
    const spread = Math.sqrt(1 - (0.36 * (1 - 1 / components ** 2)) / 3);
    const scale = unit * spread * Math.exp(softclip(theta[2 * components + k]!));
    const z = (x - theta[components + k]! - offset) / scale;
    return { logWeight: theta[k]! - total, z, scale };
  });
  const lower = logSum(parts.map((part) => part.logWeight + family.cdf(part.z)));
  const upper = logSum(parts.map((part) => part.logWeight + family.cdf(-part.z)));
  const density = logSum(
    parts.map((part) => part.logWeight + family.density(part.z) - Math.log(part.scale)),
  );
  if (onto === "unit") return [Math.exp(lower), density] as const;
  if (onto === "normal") {
    const size = bisect((a) => -logPhi(-a), -Math.min(lower, upper));
    return [lower < upper ? -size : size, density - logDensity(size)] as const;
  }
  const [shift, logScale] = [theta[3 * components]!, softclip(theta[3 * components + 1]!)];
  const logit = lower - upper;
  return [logit * Math.exp(logScale) + shift, density - lower - upper + logScale] as const;
}

function run(options: Options, direction: "forward" | "inverse") {
  const transformer = mixtureCdf(options);
  const program = jit((theta: NDArray, x: NDArray): NDArray[] =>
    transformer[`${direction}AndLogDet`](theta, x),
  );
  return async (theta: Float32Array, x: Float32Array) => {
    const parameters = np.array(theta.slice(), { shape: [transformer.parameterCount, x.length] });
    const [value, logDet] = program(parameters, np.array(x.slice())) as [NDArray, NDArray];
    return [(await value.data()) as Float32Array, (await logDet.data()) as Float32Array] as const;
  };
}

const COUNT = 300;

function drawCase(options: Options, size: number) {
  const random = hostRandom(7);
  const { parameterCount } = mixtureCdf(options);
  const theta = Float32Array.from({ length: parameterCount * COUNT }, () => size * random.normal());
  const x = Float32Array.from({ length: COUNT }, () => 8 * (2 * random.uniform() - 1));
  const columns = Array.from(x, (_, i) =>
    Array.from({ length: parameterCount }, (_, p) => theta[p * COUNT + i]!),
  );
  return { theta, x, columns };
}

const cases = (["logistic", "normal"] as const).flatMap((kernel) =>
  (["unit", "logistic", "normal"] as const).map((onto) => ({
    components: COMPONENTS,
    kernel,
    onto,
  })),
);

describe.each(cases)("$kernel onto $onto", (options) => {
  const { theta, x, columns } = drawCase(options, 1);

  test("is the mixture's distribution function, its log-derivative the mixture's density", async () => {
    const [value, logDet] = await run(options, "forward")(theta, x);
    x.forEach((at, i) => {
      const [y, logSlope] = reference(options, columns[i]!, at);
      expect(Math.abs(value[i]! - y) / Math.max(1, Math.abs(y)), `at ${at}`).toBeLessThan(1e-4);
      const scale = Math.max(1, Math.abs(logSlope));
      expect(Math.abs(logDet[i]! - logSlope) / scale, `at ${at}`).toBeLessThan(1e-4);
    });
  });

  test("the inverse finds what the definition maps there", async () => {
    // Where the function is flat a rounding of y, or of the engine's logarithm, is many of x.
    const kept = [...x.keys()].filter((i) => {
      const [y, logSlope] = reference(options, columns[i]!, x[i]!);
      return Math.abs(logSlope) < 3 && (options.onto !== "unit" || y < 0.9);
    });
    expect(kept.length).toBeGreaterThan(40);
    const targets = kept.map((i) => reference(options, columns[i]!, x[i]!));
    const picked = Float32Array.from(
      { length: (theta.length / COUNT) * kept.length },
      (_, j) => columns[kept[j % kept.length]!]![Math.floor(j / kept.length)]!,
    );
    const [back, logDet] = await run(options, "inverse")(
      picked,
      Float32Array.from(targets, ([y]) => y),
    );
    kept.forEach((i, j) => {
      const slope = Math.max(1, Math.exp(-targets[j]![1]));
      expect(Math.abs(back[j]! - x[i]!), `to ${x[i]}`).toBeLessThan(1e-4 * slope);
      expect(Math.abs(logDet[j]! + targets[j]![1]), `at ${x[i]}`).toBeLessThan(3e-4 * slope);
    });
  });
});

describe("gradients of the inverse, by the implicit function theorem", () => {
  test.each(["logistic", "normal"] as const)("%s: those of differences", async (kernel) => {
    const options = { components: COMPONENTS, kernel, onto: kernel };
    const transformer = mixtureCdf(options);
    const { columns } = drawCase(options, 0.5);
    const y = [-2, -0.5, 0.1, 1.5];
    const count = transformer.parameterCount;
    const theta = Float32Array.from(
      { length: count * y.length },
      (_, j) => columns[j % y.length]![Math.floor(j / y.length)]!,
    );
    const total = (args: { theta: NDArray; y: NDArray }) => {
      const [x, logDet] = transformer.inverseAndLogDet(args.theta, args.y);
      return x.add(logDet).sum();
    };
    const differentiate = jit(grad(total as never) as never) as never as (args: object) => {
      theta: NDArray;
      y: NDArray;
    };
    const slopes = differentiate({
      theta: np.array(theta.slice(), { shape: [count, y.length] }),
      y: np.array(Float32Array.from(y)),
    });
    const [byTheta, byY] = [await slopes.theta.data(), await slopes.y.data()];
    const exact = (column: readonly number[], at: number) => {
      const x = bisect((candidate) => reference(options, column, candidate)[0], at);
      return x - reference(options, column, x)[1];
    };
    const h = 1e-4;
    y.forEach((at, i) => {
      const column = columns[i]!;
      const slope = (exact(column, at + h) - exact(column, at - h)) / (2 * h);
      expect(byY[i]!, `by y at ${at}`).toBeCloseTo(slope, 3);
      for (let p = 0; p < count; p += 3) {
        const moved = (by: number) => column.map((value, q) => (q === p ? value + by : value));
        const byP = (exact(moved(h), at) - exact(moved(-h), at)) / (2 * h);
        expect(byTheta[p * y.length + i]!, `by parameter ${p} at ${at}`).toBeCloseTo(byP, 3);
      }
    });
  });
});

describe("zero parameters are nearly the identity", () => {
  test.each([
    ["logistic", "logistic", 3, 0.05],
    ["normal", "normal", 3, 0.05],
    ["logistic", "normal", 2, 0.2],
    ["normal", "logistic", 2, 0.2],
  ] as const)("%s onto %s, |x| < %d: within %d", async (kernel, onto, reach, limit) => {
    const options = { components: 8, kernel, onto };
    const x = Float32Array.from({ length: 101 }, (_, i) => (reach * (i - 50)) / 50);
    const [y] = await run(options, "forward")(
      new Float32Array(mixtureCdf(options).parameterCount * x.length),
      x,
    );
    expect(Math.max(...y.map((value, i) => Math.abs(value - x[i]!)))).toBeLessThan(limit);
  });

  test.each(["logistic", "normal"] as const)(
    "%s onto the unit interval: S within 0.01",
    async (kernel) => {
      const options = { components: 8, kernel, onto: "unit" } as const;
      const x = Float32Array.from({ length: 101 }, (_, i) => (i - 50) / 8);
      const [y] = await run(options, "forward")(new Float32Array(24 * x.length), x);
      y.forEach((value, i) => {
        expect(Math.abs(value - Math.exp(families[kernel].cdf(x[i]!)))).toBeLessThan(0.01);
      });
    },
  );
});

describe("far out", () => {
  test.each(["logistic", "normal"] as const)(
    "%s: values and densities keep their digits",
    async (kernel) => {
      // exp(-1000) is 0 in float32: a distribution function of plain numbers would be 0 or 1 here.
      const options = { components: 2, kernel, onto: kernel } as const;
      const x = Float32Array.from([-1e6, -1000, 1000, 1e6]);
      const theta = new Float32Array(mixtureCdf(options).parameterCount * x.length);
      const column = Array.from({ length: theta.length / x.length }, () => 0);
      const [y, logDet] = await run(options, "forward")(theta, x);
      const [back] = await run(options, "inverse")(theta, y);
      x.forEach((at, i) => {
        expect(Math.abs(back[i]! / at - 1)).toBeLessThan(1e-5);
        if (kernel === "normal" || Math.abs(at) > 1e5) return;
        const [value, logSlope] = reference(options, column, at);
        expect(Math.abs(y[i]! / value - 1)).toBeLessThan(1e-5);
        expect(Math.abs(logDet[i]! - logSlope)).toBeLessThan(1e-4);
      });
      // In the tail the slope is 1 / s, as well as float32 can tell components apart there.
      const spread = Math.sqrt(1 - (0.36 * 0.75) / 3);
      for (const value of logDet) expect(Math.abs(value + Math.log(spread))).toBeLessThan(0.05);
    },
  );

  test("outside of [0, 1] the density is 0, not NaN; what has been rounded to an end is far out", async () => {
    const options = { components: 3, kernel: "logistic", onto: "unit" } as const;
    const y = Float32Array.from([-1, 0, 0.5, 1, 2, 1e30]);
    const [x, logDet] = await run(options, "inverse")(new Float32Array(9 * y.length), y);
    expect(x.every(Number.isFinite)).toBe(true);
    const isImpossible = [...logDet].map((value) => value === -Infinity);
    expect(isImpossible).toEqual([true, false, false, false, true, true]);
    expect(x[1]).toBeLessThan(-20);
    expect(x[3]).toBeGreaterThan(8);
  });
});

test.each([
  [{ components: 0 }, "components must be a positive integer, got 0"],
  [{ components: 1.5 }, "got 1.5"],
  [{ kernel: "cauchy" }, 'kernel must be "logistic" or "normal", got "cauchy"'],
  [{ onto: "beta" }, 'onto must be "unit", "logistic" or "normal", got "beta"'],
])("%o is refused", (options, message) => {
  expect(() => mixtureCdf(options as never)).toThrow(DomainError);
  expect(() => mixtureCdf(options as never)).toThrow(message);
});

test("declares what its directions cost", () => {
  expect(mixtureCdf().cost).toEqual({ forward: "parallel", inverse: "numeric" });
});
