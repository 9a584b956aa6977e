import { beforeAll, describe, expect, test } from "vitest";
import { affine, coupling } from "../../src/bijectors/index.ts";
import { type Distribution, defineDistribution } from "../../src/core/distribution.ts";
import { ConditionError, DomainError, ShapeError } from "../../src/core/errors.ts";
import { mixture, normal, transformed, uniform } from "../../src/distributions/index.ts";
import { grad, jit, type NDArray, np, random, ready, type Tree } from "../../src/engine/index.ts";
import { nsf } from "../../src/flows/index.ts";
import { mlp } from "../../src/networks/index.ts";
import { additive } from "../../src/transformers/index.ts";

beforeAll(() => ready());

const array = (values: number[], shape: number[]) => np.array(Float32Array.from(values), { shape });

async function logProb(distribution: Distribution, params: Tree, x: NDArray): Promise<number[]> {
  return [...(await distribution.logProb(params, x).data())];
}

describe("uniform", () => {
  test("the ends belong to it; outside it is -Infinity, not NaN (flowjax #147)", async () => {
    const distribution = uniform({ shape: [1], low: -1, high: 3 });
    const inside = -Math.log(4);
    const got = await logProb(
      distribution,
      {},
      array([-1, 0, 3, -1.01, 3.01, -1e30, 1e30], [7, 1]),
    );
    got.slice(0, 3).forEach((value) => {
      expect(value).toBeCloseTo(inside, 6);
    });
    expect(got.slice(3)).toEqual([-Infinity, -Infinity, -Infinity, -Infinity]);
  });

  test("one dimension outside is enough; gradients are 0, not NaN", async () => {
    const distribution = uniform({ shape: [2] });
    const x = () => array([0.5, 0.5, 0.5, 2], [2, 2]);
    const [inside, outside] = await logProb(distribution, {}, x());
    expect(inside).toBeCloseTo(0, 6);
    expect(outside).toBe(-Infinity);
    const loss = (input: NDArray) => distribution.logProb({}, input).sum();
    const slopes = jit(grad(loss as never) as never) as unknown as (x: NDArray) => NDArray;
    expect([...(await slopes(x()).data())]).toEqual([0, 0, 0, 0]);
  });

  test.each([
    [{ low: 1, high: 1 }],
    [{ low: 2, high: 1 }],
    [{ low: -Infinity, high: 1 }],
    [{ low: Number.NaN }],
  ])("%o is refused", (ends) => {
    expect(() => uniform({ shape: [1], ...ends })).toThrow(DomainError);
    expect(() => uniform({ shape: [1], ...ends })).toThrow("finite low < high, got low = ");
  });
});

describe("normal", () => {
  test("full covariance: the density of N(mean, (W^T W)^-1), written out", async () => {
    // W = [[2, 0], [0.5, 1]]: precision W^T W = [[4.25, 0.5], [0.5, 1]], determinant 4.
    const params = {
      mean: array([1, -1], [2]),
      whitening: array([9, 9, 0.5, 9], [2, 2]),
      logDiagonal: array([Math.log(2), 0], [2]),
    };
    const points = [
      [1, -1],
      [2, 0],
      [0, 3],
    ];
    const got = await logProb(
      normal({ shape: [2], covariance: "full" }),
      params,
      array(points.flat(), [3, 2]),
    );
    points.forEach(([x, y], i) => {
      const [a, b] = [x! - 1, y! + 1];
      const quadratic = 4.25 * a * a + 2 * 0.5 * a * b + b * b;
      expect(got[i]).toBeCloseTo(-0.5 * quadratic - Math.log(2 * Math.PI) + 0.5 * Math.log(4), 4);
    });
  });

  test("samples of a full covariance have it", async () => {
    const distribution = normal({ shape: [2], covariance: "full" });
    const params = {
      mean: array([1, -1], [2]),
      whitening: array([0, 0, 0.5, 0], [2, 2]),
      logDiagonal: array([Math.log(2), 0], [2]),
    };
    const [x, logProbs] = distribution.sampleAndLogProb(params, random.key(3), 20_000);
    logProbs.dispose();
    const draws = await x.data();
    const count = draws.length / 2;
    const centred = (row: number, d: number) => draws[2 * row + d]! - (d === 0 ? 1 : -1);
    // The inverse of [[4.25, 0.5], [0.5, 1]].
    for (const [i, j, expected] of [
      [0, 0, 0.25],
      [0, 1, -0.125],
      [1, 1, 1.0625],
    ] as const) {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += centred(row, i) * centred(row, j);
      // Five standard errors of a covariance, whose variance is at most 2 c_ii c_jj / n.
      expect(Math.abs(sum / count - expected)).toBeLessThan(5 * Math.sqrt((2 * 1.13) / count));
    }
  });

  test("an unknown covariance is refused", () => {
    const covariance = "diag" as "diagonal";
    expect(() => normal({ shape: [2], covariance })).toThrow(DomainError);
    expect(() => normal({ shape: [2], covariance })).toThrow('or "full", got "diag"');
    expect(() => normal({ shape: [2, 2], covariance: "full" })).toThrow(ShapeError);
  });
});

describe("mixture", () => {
  test("far from every component the log-density stays finite", async () => {
    // Naive: log(sum(exp(log-densities))) underflows to -Infinity some 13 deviations out.
    const distribution = mixture({ shape: [1], components: 3 });
    const params = distribution.init(random.key(0)) as Tree;
    const [value] = await logProb(distribution, params, array([1000], [1, 1]));
    expect(value).toBeGreaterThan(-6e5);
    expect(value).toBeLessThan(-4e5);
  });

  test.each([[0], [-1], [1.5]])("%d components are refused", (components) => {
    expect(() => mixture({ shape: [1], components })).toThrow(
      `mixture: components must be a positive integer, got ${components}.`,
    );
  });
});

describe("transformed", () => {
  const conditional = (condShape: number[]) =>
    coupling({ shape: [1], transformer: additive(), conditioner: mlp({ hidden: [4] }), condShape });
  /** A base that takes a context: the normal with the context as its mean. */
  const conditionalBase = (condShape: number[]): Distribution =>
    defineDistribution<Record<string, never>>({
      kind: "conditionalNormal",
      shape: [1],
      condShape,
      options: {},
      init: (key) => {
        key.dispose();
        return {};
      },
      logProb: (_, x, cond) => {
        const z = x.sub(cond!.slice([], [0, 1]));
        return z.ref.mul(z).sum(1).mul(-0.5);
      },
      sampleAndLogProb: (_, key, count, cond) => {
        const z = random.normal(key, [count, 1]);
        return [z.ref.add(cond!.slice([], [0, 1])), z.ref.mul(z).sum(1).mul(-0.5)];
      },
    });

  test("base and bijector must fit together", () => {
    const base = normal({ shape: [2] });
    expect(() => transformed({ base, bijector: affine({ shape: [3] }) })).toThrow(ShapeError);
    expect(() => transformed({ base, bijector: affine({ shape: [3] }) })).toThrow(
      "the base has the event shape [2], the bijector [3]",
    );
    const clash = () => transformed({ base: conditionalBase([1]), bijector: conditional([2]) });
    expect(clash).toThrow(ConditionError);
    expect(clash).toThrow("a context of shape [1], the bijector one of [2]");
  });

  test("a context goes to the base, to the bijector, or to both", async () => {
    const base = conditionalBase([1]);
    for (const flow of [
      transformed({ base, bijector: affine({ shape: [1] }) }),
      transformed({ base, bijector: conditional([1]) }),
    ]) {
      expect(flow.condShape).toEqual([1]);
      const x = array([0.5, 0.5], [2, 1]);
      const cond = array([0.5, 2.5], [2, 1]);
      const got = await flow.logProb(flow.init(random.key(0)), x, cond).data();
      expect(got[0]).toBeCloseTo(0, 5);
      expect(got[1]).toBeCloseTo(-2, 5);
      expect([x.refCount, cond.refCount]).toEqual([0, 0]);
    }
  });
});

describe("no context where one is needed (nflows #17, #33, #68)", () => {
  // Naive: the context is dereferenced without a look, "cannot read properties of undefined".
  const flow = nsf({ features: 2, context: 3, layers: 1, hidden: [4] });
  const params = () => flow.init(random.key(0));

  test("sampling and scoring say what is missing", () => {
    const sample = () => flow.sampleAndLogProb(params(), random.key(1), 5);
    expect(sample).toThrow(ConditionError);
    expect(sample).toThrow("transformed: got no context, expected one of shape [...batch, 3]");
    expect(() => flow.logProb(params(), np.zeros([5, 2]))).toThrow("got no context");
  });

  test("an unconditional flow samples without one", async () => {
    const free = nsf({ features: 2, layers: 1, hidden: [4] });
    const [x, logProbs] = free.sampleAndLogProb(free.init(random.key(0)), random.key(1), 5);
    expect(x.shape).toEqual([5, 2]);
    expect((await logProbs.data()).every(Number.isFinite)).toBe(true);
    await x.data();
  });
});
