import { beforeAll, describe, expect, test } from "vitest";
import { exp, sigmoid, softplus, tanh } from "../../src/bijectors/index.ts";
import type { Bijector } from "../../src/core/bijector.ts";
import { ready } from "../../src/engine/index.ts";
import { apply } from "./host.ts";

beforeAll(() => ready());

const shape = [1];
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

interface Case {
  readonly bijector: Bijector;
  readonly value: (x: number) => number;
  readonly logSlope: (x: number) => number;
  readonly range: readonly [number, number];
}

const cases: Record<string, Case> = {
  exp: {
    bijector: exp({ shape }),
    value: Math.exp,
    logSlope: (x) => x,
    range: [0, Infinity],
  },
  softplus: {
    bijector: softplus({ shape }),
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    logSlope: (x) => -Math.log1p(Math.exp(-x)),
    range: [0, Infinity],
  },
  "sigmoid on [0, 1]": {
    bijector: sigmoid({ shape }),
    value: logistic,
    logSlope: (x) => Math.log(logistic(x)) + Math.log(logistic(-x)),
    range: [0, 1],
  },
  "sigmoid on [-3, 5]": {
    bijector: sigmoid({ shape, low: -3, high: 5 }),
    value: (x) => -3 + 8 * logistic(x),
    logSlope: (x) => Math.log(8) + Math.log(logistic(x)) + Math.log(logistic(-x)),
    range: [-3, 5],
  },
  tanh: {
    bijector: tanh({ shape }),
    value: Math.tanh,
    logSlope: (x) => 2 * (Math.LN2 - x - Math.log1p(Math.exp(-2 * x))),
    range: [-1, 1],
  },
};

describe.each(Object.entries(cases))("%s", (_, { bijector, value, logSlope, range }) => {
  const inputs = Array.from({ length: 49 }, (_, i) => (i - 24) / 3);

  test("values and log-slopes agree with double precision", async () => {
    const { y, logDet } = await apply(
      bijector,
      "forward",
      {},
      inputs.map((x) => [x]),
    );
    inputs.forEach((x, i) => {
      const wanted = value(x);
      expect(Math.abs(y[i]![0]! - wanted)).toBeLessThan(2e-5 * Math.max(1, Math.abs(wanted)));
      expect(Math.abs(logDet[i]! - logSlope(x))).toBeLessThan(5e-5);
    });
  });

  test("beyond the range, and at its ends, the density is 0, not NaN", async () => {
    const ends = range.filter(Number.isFinite);
    const outside = [...ends, range[0] - 1, range[0] - 1e30];
    if (Number.isFinite(range[1])) outside.push(range[1] + 1, range[1] + 1e30);
    const { y, logDet } = await apply(
      bijector,
      "inverse",
      {},
      outside.map((at) => [at]),
    );
    expect(y.flat().every(Number.isFinite)).toBe(true);
    expect(logDet).toEqual(outside.map(() => -Infinity));
  });

  test("next to an end it still has a finite inverse and density", async () => {
    const [low, high] = range;
    const near = [low === 0 ? 1e-30 : low + 1e-6 * Math.abs(low)];
    if (Number.isFinite(high)) near.push(high * (1 - 2e-7));
    const { y, logDet } = await apply(
      bijector,
      "inverse",
      {},
      near.map((at) => [at]),
    );
    expect([...y.flat(), ...logDet].every(Number.isFinite)).toBe(true);
    const back = await apply(bijector, "forward", {}, y);
    back.y.flat().forEach((at, i) => {
      const distance = Math.abs(at - near[i]!) / Math.max(Math.abs(near[i]!), 1e-30);
      expect(distance).toBeLessThan(1e-4);
    });
  });
});

describe("the round trip in float32 is as exact as documented", () => {
  test.each([
    ["exp", exp({ shape }), -80, 88, 2e-5],
    ["softplus", softplus({ shape }), -80, 80, 5e-5],
    ["sigmoid", sigmoid({ shape }), -80, 5, 5e-5],
    ["sigmoid, far right", sigmoid({ shape }), 5, 12, 1e-7 * Math.exp(12)],
    ["sigmoid, another low", sigmoid({ shape, low: -3, high: 5 }), -8, 8, 1e-7 * Math.exp(8)],
    ["tanh", tanh({ shape }), -3, 3, 5e-5],
    ["tanh, far out", tanh({ shape }), 3, 7, 1e-7 * Math.exp(14)],
  ] as const)("%s", async (_, bijector, low, high, limit) => {
    const x = Array.from({ length: 2000 }, (_, i) => [low + ((high - low) * i) / 2000]);
    const { y } = await apply(bijector, "forward", {}, x);
    const back = await apply(bijector, "inverse", {}, y);
    x.forEach(([at], i) => {
      const error = Math.abs(back.y[i]![0]! - at!) / Math.max(1, Math.abs(at!));
      expect(error, `at ${at}`).toBeLessThan(limit);
    });
  });
});

test("events of several dimensions: log-slopes add up; one value outside is enough", async () => {
  const bijector = exp({ shape: [2] });
  const { logDet } = await apply(bijector, "forward", {}, [[0.25, 1.5]]);
  expect(logDet[0]).toBeCloseTo(1.75, 6);
  const outside = await apply(bijector, "inverse", {}, [[2, -1]]);
  expect(outside.logDet[0]).toBe(-Infinity);
});

test.each([
  [{ low: 1, high: 1 }],
  [{ low: 2, high: 1 }],
  [{ low: 0, high: Infinity }],
  [{ low: Number.NaN, high: 1 }],
])("sigmoid on %o is refused", (ends) => {
  expect(() => sigmoid({ shape, ...ends })).toThrow(
    /^sigmoid: needs finite low < high, got low = /,
  );
});
