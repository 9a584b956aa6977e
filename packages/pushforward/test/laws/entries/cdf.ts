import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import type { Distribution } from "../../../src/core/distribution.ts";
import * as d from "../../../src/distributions/index.ts";
import { mlp } from "../../../src/networks/index.ts";
import type { BijectorLawOptions, DistributionLawOptions } from "../../../src/testing/index.ts";
import {
  mixtureCdf,
  type RationalQuadraticSplineOptions,
  rationalQuadraticSpline,
} from "../../../src/transformers/index.ts";
import type { Entry } from "./entry.ts";

const conditioner = mlp({ hidden: [8], activation: "silu" });

/** The engine's logarithm is off by up to 1.2e-5, and a map that takes some cannot be better. */
const withLogarithm: BijectorLawOptions = { tolerances: { roundTrip: 5e-5 } };

/** The normal distribution's tails take one for themselves, their mixture and its quantile some more. */
const withLogarithms: BijectorLawOptions = { tolerances: { roundTrip: 1e-4, logDets: 3e-4 } };

/** One coupling layer for each kernel and target; a numeric inverse makes the laws slow. */
const mixtures: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  "mixtureCdf, d = 1": {
    build: () =>
      b.coupling({ shape: [1], transformer: mixtureCdf({ components: 3 }), conditioner }),
    options: withLogarithm,
  },
  "mixtureCdf, normal kernel and target, conditional, d = 1": {
    build: () =>
      b.coupling({
        shape: [1],
        condShape: [2],
        transformer: mixtureCdf({ components: 3, kernel: "normal", onto: "normal" }),
        conditioner,
      }),
    options: withLogarithms,
  },
  "mixtureCdf, onto the unit interval, d = 1": {
    build: () =>
      b.coupling({
        shape: [1],
        transformer: mixtureCdf({ components: 3, onto: "unit" }),
        conditioner,
      }),
    options: { ...withLogarithm, edges: [0, 1] },
  },
};

/** Noise that takes lambda from its start at 0.01 to what heavy-tailed data need. */
const heavy: BijectorLawOptions = { noise: 2, edges: [0] };

/** A spline in couplings, elementwise and conditioned by dimensions, by a context, by both. */
function splines(
  name: string,
  options: RationalQuadraticSplineOptions,
  lawOptions: BijectorLawOptions,
): Record<string, Entry<Bijector, BijectorLawOptions>> {
  const variants = {
    "d = 1": { shape: [1] },
    "d = 3": { shape: [3] },
    "conditional, d = 1": { shape: [1], condShape: [2] },
    "conditional, d = 3": { shape: [3], condShape: [2] },
  };
  return Object.fromEntries(
    Object.entries(variants).map(([variant, shapes]) => [
      `rationalQuadraticSpline, ${name} tails, ${variant}`,
      {
        build: () =>
          b.coupling({ ...shapes, transformer: rationalQuadraticSpline(options), conditioner }),
        options: lawOptions,
      },
    ]),
  );
}

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  // Less noise keeps slopes where the spline's docstring promises its error; inputs reach both tails.
  ...splines("affine", { bins: 4, bound: 2, tails: "affine" }, { edges: [-1, 0, 1], noise: 0.1 }),
  ...splines("circular", { bins: 4, tails: "circular" }, { edges: [0], noise: 0.1 }),
  ...mixtures,
  "extremeTails, d = 1": { build: () => b.extremeTails({ shape: [1] }), options: heavy },
  "extremeTails, d = 3": { build: () => b.extremeTails({ shape: [3] }), options: heavy },
  "extremeTails, scalar event": { build: () => b.extremeTails({ shape: [] }), options: heavy },
  "extremeTails, matrix event": { build: () => b.extremeTails({ shape: [2, 2] }), options: heavy },
};

/** The engine's logarithm, off by up to 1.2e-5 where not folded on the host, times the exponents. */
const onUnit = (exponents: number) => ({
  edges: [0, 1],
  tolerances: { calls: 1.2e-5 * exponents, sampleLogProb: Math.max(1e-4, 1.2e-5 * exponents) },
});

export const distributions: Record<string, Entry<Distribution, DistributionLawOptions>> = {
  "beta, d = 1": { build: () => d.beta({ shape: [1] }), options: onUnit(8) },
  "beta, d = 2, 2 and 1": {
    build: () => d.beta({ shape: [2], alpha: 2, beta: 1 }),
    options: onUnit(2),
  },
  "beta, scalar event, 1.2 and 30": {
    build: () => d.beta({ shape: [], alpha: 1.2, beta: 30 }),
    options: onUnit(30),
  },
  "studentT, d = 1": { build: () => d.studentT({ shape: [1] }) },
  "studentT, d = 2, heavy": { build: () => d.studentT({ shape: [2], degreesOfFreedom: 2 }) },
  "studentT, matrix event": { build: () => d.studentT({ shape: [2, 3], degreesOfFreedom: 30 }) },
  "studentT, d = 1, Cauchy, not learned": {
    build: () => d.studentT({ shape: [1], degreesOfFreedom: 1, learned: false }),
    options: {
      skip: {
        "samples follow the density":
          "the law's grid reaches as far as the samples, and so is too coarse to see the peak",
      },
    },
  },
  "laplace, d = 1": { build: () => d.laplace({ shape: [1] }), options: { edges: [0] } },
  "laplace, d = 2": { build: () => d.laplace({ shape: [2] }), options: { edges: [0] } },
  "logistic, d = 1": { build: () => d.logistic({ shape: [1] }) },
  "logistic, d = 2": { build: () => d.logistic({ shape: [2] }) },
  "logistic, scalar event": { build: () => d.logistic({ shape: [] }) },
  "uniform, box, d = 2": {
    build: () => d.uniform({ shape: [2], low: [-3, 0], high: [-1, 10] }),
    options: { edges: [-3, -1, 0, 10] },
  },
  "uniform, box, matrix event": {
    build: () => d.uniform({ shape: [1, 2], low: [-3, 0], high: 4 }),
    options: { edges: [-3, 0, 4] },
  },
  "classConditionalNormal, d = 1": {
    build: () => d.classConditionalNormal({ shape: [1], classes: 3 }),
  },
  "classConditionalNormal, d = 2": {
    build: () => d.classConditionalNormal({ shape: [2], classes: 2 }),
  },
  "classConditionalNormal, matrix event": {
    build: () => d.classConditionalNormal({ shape: [2, 2], classes: 4 }),
  },
};
