import { beforeAll, describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/distribution.ts";
import { DomainError } from "../../src/core/errors.ts";
import {
  beta,
  classConditionalNormal,
  laplace,
  logistic,
  studentT,
  uniform,
} from "../../src/distributions/index.ts";
import { grad, jit, type NDArray, np, random, ready, type Tree } from "../../src/engine/index.ts";
import { logGamma } from "../../src/numerics/log-gamma.ts";

beforeAll(() => ready());

const array = (values: readonly number[], shape: number[] = [values.length]) =>
  np.array(Float32Array.from(values), { shape });

async function logProbs(distribution: Distribution, params: Tree, x: readonly number[]) {
  const program = jit((p: Tree, rows: NDArray): NDArray => distribution.logProb(p, rows));
  return [...(await program(params, array(x, [x.length, 1])).data())];
}

const DRAWS = 20_000;

async function draws(distribution: Distribution, params: Tree, seed = 5): Promise<Float32Array> {
  const program = jit((p: Tree, key: NDArray): NDArray[] =>
    distribution.sampleAndLogProb(p, key, DRAWS),
  );
  const [x, logProb] = program(params, random.key(seed)) as [NDArray, NDArray];
  logProb.dispose();
  return (await x.data()) as Float32Array;
}

/** Kolmogorov-Smirnov distance, below 1.9 / sqrt(n) for all but 1 in 700 correct samplers. */
function distance(sample: Float32Array, cdf: (x: number) => number): number {
  const sorted = sample.slice().sort();
  return Math.max(...sorted.map((x, i) => Math.abs(cdf(x) - (i + 0.5) / sorted.length)));
}
const LIMIT = 1.9 / Math.sqrt(DRAWS);

/** Every distribution of dimension 1 with its distribution function in closed form. */
const closed: [string, Distribution, (x: number) => number][] = [
  ["laplace", laplace({ shape: [1] }), (x) => (x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2)],
  ["logistic", logistic({ shape: [1] }), (x) => 1 / (1 + Math.exp(-x))],
  [
    "Cauchy",
    studentT({ shape: [1], degreesOfFreedom: 1, learned: false }),
    (x) => 0.5 + Math.atan(x) / Math.PI,
  ],
  [
    "t with 2 degrees of freedom",
    studentT({ shape: [1], degreesOfFreedom: 2 }),
    (x) => 0.5 + x / (2 * Math.sqrt(2 + x * x)),
  ],
  ["beta 1, 3", beta({ shape: [1], alpha: 1, beta: 3 }), (x) => 1 - (1 - x) ** 3],
  [
    "beta 1/2, 1/2",
    beta({ shape: [1], alpha: 0.5, beta: 0.5 }),
    (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x)),
  ],
  [
    "beta 5, 5",
    beta({ shape: [1] }),
    (x) => {
      const terms = [126, -420, 540, -315, 70];
      return x ** 5 * terms.reduce((sum, term, k) => sum + term * x ** k, 0);
    },
  ],
];

describe.each(closed)("%s", (_, distribution, cdf) => {
  const points = [-30, -3, -0.7, 0.001, 0.02, 0.3, 0.5, 0.8, 0.99, 1.5, 20];

  test("the density is the distribution function's derivative", async () => {
    const got = await logProbs(distribution, distribution.init(random.key(0)) as Tree, points);
    points.forEach((x, i) => {
      const outside = distribution.kind === "beta" && (x < 0 || x > 1);
      if (outside) {
        expect(got[i]).toBe(-Infinity);
        return;
      }
      const h = 1e-5 * Math.max(1e-3, Math.abs(x));
      const expected = (cdf(x + h) - cdf(x - h)) / (2 * h);
      expect(Math.exp(got[i]!) / expected, `at ${x}`).toBeCloseTo(1, 2);
    });
  });

  test("draws follow it", async () => {
    const sample = await draws(distribution, distribution.init(random.key(0)) as Tree);
    expect(distance(sample, cdf)).toBeLessThan(LIMIT);
  });
});

describe("beta", () => {
  test("small and large parameters have their moments", async () => {
    for (const [alpha, second] of [
      [0.05, 0.2],
      [2.5, 400],
      [1e4, 3e4],
    ] as const) {
      const sample = await draws(beta({ shape: [1], alpha, beta: second }), {});
      expect(sample.every((x) => x >= 0 && x <= 1)).toBe(true);
      const mean = sample.reduce((sum, x) => sum + x, 0) / DRAWS;
      const total = alpha + second;
      const variance = (alpha * second) / (total ** 2 * (total + 1));
      expect(Math.abs(mean - alpha / total)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
      const measured = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / DRAWS;
      expect(Math.abs(measured / variance - 1)).toBeLessThan(0.1);
    }
  });

  test("at the ends: 0, finite or infinite, as the exponents say; never NaN", async () => {
    const ends = [0, 1];
    expect(await logProbs(beta({ shape: [1] }), {}, ends)).toEqual([-Infinity, -Infinity]);
    const [atZero, atOne] = await logProbs(beta({ shape: [1], alpha: 1, beta: 0.5 }), {}, ends);
    expect(atZero).toBeCloseTo(Math.log(0.5), 4);
    expect(atOne).toBe(Infinity);
  });

  test.each([{ alpha: 0 }, { beta: -1 }, { alpha: Infinity }, { beta: Number.NaN }])(
    "%o is refused",
    (options) => {
      expect(() => beta({ shape: [1], ...options })).toThrow(DomainError);
      expect(() => beta({ shape: [1], ...options })).toThrow("must be positive and finite");
    },
  );
});

describe("studentT", () => {
  const exact = (nu: number, x: number) =>
    logGamma((nu + 1) / 2) -
    logGamma(nu / 2) -
    0.5 * Math.log(nu * Math.PI) -
    ((nu + 1) / 2) * Math.log1p(x ** 2 / nu);

  test.each([0.2, 3, 40, 1e5])("%d degrees of freedom: the density, far out too", async (nu) => {
    const distribution = studentT({ shape: [1], degreesOfFreedom: nu });
    const x = [0, 1e-3, 0.5, -2, 7, -60, 1e4, -1e12, 1e30];
    const got = await logProbs(distribution, distribution.init(random.key(0)) as Tree, x);
    x.forEach((at, i) => {
      const expected =
        Math.abs(at) > 1e20
          ? exact(nu, 1) - ((nu + 1) / 2) * (2 * Math.log(at) - Math.log(nu) - Math.log1p(1 / nu))
          : exact(nu, at);
      const scale = Math.max(1, Math.abs(expected), 0.01 * nu);
      expect(Math.abs(got[i]! - expected) / scale, `at ${at}`).toBeLessThan(1e-4);
    });
  });

  test("the gradient by the degrees of freedom, of density and draws, is that of differences", async () => {
    const distribution = studentT({ shape: [1] });
    const raw = 0.33;
    const nuOf = (value: number) => 0.1 + Math.log1p(Math.exp(4 * value));
    const points = [0.1, -1, 4, 30];
    const total = (params: { rawDegreesOfFreedom: NDArray }) =>
      distribution.logProb(params, array(points, [4, 1])).sum();
    const slope = (fn: unknown) =>
      jit(grad(fn as never) as never) as never as (params: object) => {
        rawDegreesOfFreedom: NDArray;
      };
    const params = () => ({ rawDegreesOfFreedom: array([raw]) });
    const [byDensity] = await slope(total)(params()).rawDegreesOfFreedom.data();
    const sum = (value: number) => points.reduce((all, x) => all + exact(nuOf(value), x), 0);
    expect(byDensity).toBeCloseTo((sum(raw + 1e-4) - sum(raw - 1e-4)) / 2e-4, 3);

    const meanSize = (given: { rawDegreesOfFreedom: NDArray }) => {
      const [x, logProb] = distribution.sampleAndLogProb(given, random.key(2), 4000);
      logProb.dispose();
      return np.log1p(x.ref.mul(x)).mean();
    };
    const [byDraws] = await slope(meanSize)(params()).rawDegreesOfFreedom.data();
    const at = async (value: number) =>
      (await jit(meanSize)({ rawDegreesOfFreedom: array([value]) }).data())[0]!;
    // By 4 r, which moves the degrees of freedom by as much as they are large.
    const differences = ((await at(raw + 0.0125)) - (await at(raw - 0.0125))) / 0.1;
    expect((byDraws as number) / 4).toBeCloseTo(differences, 3);
  });

  test("draws stay finite where their tails do not", async () => {
    const sample = await draws(
      studentT({ shape: [1], degreesOfFreedom: 0.11, learned: false }),
      {},
    );
    expect(sample.every(Number.isFinite)).toBe(true);
    expect(sample.filter((x) => Math.abs(x) > 1e6).length).toBeGreaterThan(0.05 * DRAWS);
  });

  test.each([0.1, 0, -3, Infinity, Number.NaN])("%d degrees of freedom are refused", (nu) => {
    expect(() => studentT({ shape: [1], degreesOfFreedom: nu })).toThrow(DomainError);
    expect(() => studentT({ shape: [1], degreesOfFreedom: nu })).toThrow(`above 0.1, got ${nu}`);
  });
});

describe("uniform on a box", () => {
  test("each dimension has its own ends", async () => {
    const box = uniform({ shape: [2], low: [-1, 10], high: [1, 14] });
    const x = array([0, 12, -1, 14, 1.5, 12, 0, 9.9], [4, 2]);
    const [first, corner, ...outside] = await box.logProb({}, x).data();
    expect(first).toBeCloseTo(-Math.log(8), 6);
    expect(corner).toBe(first);
    expect(outside).toEqual([-Infinity, -Infinity]);
    const sample = await draws(box, {});
    const means = [0, 1].map(
      (d) => sample.filter((_, i) => i % 2 === d).reduce((s, v) => s + v, 0) / DRAWS,
    );
    expect(means[0]).toBeCloseTo(0, 1);
    expect(means[1]).toBeCloseTo(12, 1);
  });

  test.each([
    [{ low: [0, 1, 2] }, "low must be a number or a list of 2, one per number of the event; got 3"],
    [{ high: [1] }, "high must be a number or a list of 2"],
    [{ low: [0, 3], high: 2 }, "finite low < high, got low = 3, high = 2"],
  ])("%o is refused", (ends, message) => {
    expect(() => uniform({ shape: [2], ...ends })).toThrow(DomainError);
    expect(() => uniform({ shape: [2], ...ends })).toThrow(message);
  });
});

describe("classConditionalNormal", () => {
  const distribution = classConditionalNormal({ shape: [2], classes: 2 });
  const params = () => ({
    mean: array([1, 2, -3, 0], [2, 2]),
    logScale: array([0, Math.log(2), Math.log(0.5), 0], [2, 2]),
  });

  test("each class has its own normal density", async () => {
    const x = array([1, 2, 1, 2], [2, 2]);
    const classes = array([1, 0, 0, 1], [2, 2]);
    const [own, other] = await distribution.logProb(params(), x, classes).data();
    expect(own).toBeCloseTo(-Math.log(2 * Math.PI) - Math.log(2), 5);
    expect(other).toBeCloseTo(-Math.log(2 * Math.PI) + Math.log(2) - 0.5 * (8 ** 2 + 2 ** 2), 3);
  });

  test("draws are those of the class asked for", async () => {
    const [x, logProb] = distribution.sampleAndLogProb(
      params(),
      random.key(1),
      5000,
      array([0, 1]),
    );
    logProb.dispose();
    const first = ((await x.data()) as Float32Array).filter((_, i) => i % 2 === 0);
    const mean = first.reduce((sum, value) => sum + value, 0) / 5000;
    expect(Math.abs(mean + 3)).toBeLessThan((4 * 0.5) / Math.sqrt(5000));
  });

  test("no class is refused", () => {
    expect(() => classConditionalNormal({ shape: [1], classes: 0 })).toThrow(DomainError);
  });
});
