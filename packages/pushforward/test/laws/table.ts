import * as b from "../../src/bijectors/index.ts";
import type { Bijector } from "../../src/core/bijector.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import * as d from "../../src/distributions/index.ts";
import { nice, nsf, realNVP } from "../../src/flows/index.ts";
import { mlp } from "../../src/networks/index.ts";
import type { BijectorLawOptions, DistributionLawOptions } from "../../src/testing/index.ts";
import { additive, affine, rationalQuadraticSpline } from "../../src/transformers/index.ts";
import * as autoregressive from "./entries/autoregressive.ts";
import * as cdf from "./entries/cdf.ts";
import * as continuous from "./entries/continuous.ts";
import type { Entry } from "./entries/entry.ts";
import * as flows from "./entries/flows.ts";
import * as images from "./entries/images.ts";
import * as linear from "./entries/linear.ts";
import * as monotone from "./entries/monotone.ts";
import * as residual from "./entries/residual.ts";

const conditioner = mlp({ hidden: [8], activation: "silu" });
const small = { hidden: [8], activation: "silu", layers: 2 } as const;

const transformers = {
  additive: additive(),
  affine: affine(),
  // Inputs from -3 to 3 reach the tails, too.
  spline: rationalQuadraticSpline({ bins: 4, bound: 2 }),
};

/**
 * Knots of the spline above at zero parameters; the laws know the interval's ends. With less noise
 * slopes stay within [0.01, 100], where the spline's docstring promises its error.
 */
const forSpline = { edges: [-1, 0, 1], noise: 0.1 };

/** The engine's logarithm is off by up to 1.2e-5, and a map that takes one cannot be better. */
const withLogarithm: BijectorLawOptions = { tolerances: { roundTrip: 5e-5 } };

/** One coupling layer for each transformer and each way to divide the dimensions. */
function couplings(): Record<string, Entry<Bijector, BijectorLawOptions>> {
  const masks = {
    "default mask, d = 3": { shape: [3] },
    "alternating mask, d = 4": { shape: [4], mask: [true, false, true, false] },
    "elementwise mask, d = 2": { shape: [2], mask: [false, false] },
    "d = 1": { shape: [1] },
    "conditional, d = 3": { shape: [3], condShape: [2] },
    "conditional, d = 1": { shape: [1], condShape: [2] },
  };
  const entries = Object.entries(transformers).flatMap(([name, transformer]) =>
    Object.entries(masks).map(([variant, options]) => [
      `coupling, ${name}, ${variant}`,
      {
        build: () => b.coupling({ ...options, transformer, conditioner }),
        options: name === "spline" ? forSpline : {},
      },
    ]),
  );
  return Object.fromEntries(entries);
}

const noOffDiagonal = {
  "parameters have an effect": "a 1 x 1 matrix has nothing off the diagonal",
};

const positive: BijectorLawOptions = { ...withLogarithm, domain: [0.1, 4] };

/** Every bijector of the library, with variants. */
export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  ...couplings(),
  ...autoregressive.bijectors,
  ...linear.bijectors,
  ...monotone.bijectors,
  ...residual.bijectors,
  ...cdf.bijectors,
  ...continuous.bijectors,
  ...images.bijectors,
  "coupling, relu and tanh networks": {
    build: () =>
      b.chain({
        bijectors: [
          b.coupling({
            shape: [2],
            transformer: transformers.affine,
            conditioner: mlp({ hidden: [8, 8] }),
          }),
          b.coupling({
            shape: [2],
            mask: [false, true],
            transformer: transformers.affine,
            conditioner: mlp({ hidden: [8], activation: "tanh" }),
          }),
        ],
      }),
  },
  "coupling, linear network": {
    build: () =>
      b.coupling({
        shape: [2],
        transformer: transformers.affine,
        conditioner: mlp({ hidden: [] }),
      }),
  },
  "luLinear, d = 1": {
    build: () => b.luLinear({ shape: [1] }),
    options: { skip: noOffDiagonal },
  },
  "luLinear, d = 5": { build: () => b.luLinear({ shape: [5] }) },
  permute: { build: () => b.permute({ indices: [2, 0, 3, 1] }) },
  reverse: { build: () => b.reverse({ features: 3 }) },
  actNorm: { build: () => b.actNorm({ shape: [3] }) },
  affine: { build: () => b.affine({ shape: [3] }) },
  "affine, no shift": { build: () => b.affine({ shape: [3], shift: false }) },
  "affine, matrix event": { build: () => b.affine({ shape: [2, 3] }) },
  "affine, scalar event": { build: () => b.affine({ shape: [] }) },
  fixedAffine: { build: () => b.fixedAffine({ shift: [1, -20, 0], scale: [0.5, 30, -1] }) },
  "fixedAffine, matrix event": {
    build: () => b.fixedAffine({ shift: [1, 2, 3, 4], scale: [1, 2, -3, 4], shape: [2, 2] }),
  },
  exp: { build: () => b.exp({ shape: [2] }), options: { ...withLogarithm, edges: [88, 89] } },
  softplus: {
    build: () => b.softplus({ shape: [2] }),
    options: { ...withLogarithm, edges: [88, 89] },
  },
  "sigmoid on [0, 1]": {
    build: () => b.sigmoid({ shape: [2] }),
    options: { ...withLogarithm, edges: [0, 1] },
  },
  "sigmoid on [-3, 5], matrix event": {
    build: () => b.sigmoid({ shape: [2, 2], low: -3, high: 5 }),
    options: { ...withLogarithm, edges: [-3, 5] },
  },
  sinh: { build: () => b.sinh({ shape: [2] }), options: { ...withLogarithm, edges: [88, 89] } },
  "invert of sinh": {
    build: () => b.invert({ bijector: b.sinh({ shape: [2] }) }),
    options: withLogarithm,
  },
  histogram: {
    build: () =>
      b.histogram({
        widths: [
          [1, 1, 2],
          [1, 3],
        ],
        shares: [
          [0.397, 0.003, 0.6],
          [0.95, 0.05],
        ],
      }),
    options: { ...withLogarithm, edges: [0, 1] },
  },
  blockwise: {
    build: () =>
      b.blockwise({
        features: 5,
        blocks: [
          { indices: [3, 0], bijector: b.exp({ shape: [2] }) },
          { indices: [2], bijector: b.affine({ shape: [1] }) },
        ],
      }),
    options: withLogarithm,
  },
  tanh: { build: () => b.tanh({ shape: [2] }), options: { ...withLogarithm, edges: [-1, 1, 9] } },
  "chain, nested": {
    build: () =>
      b.chain({
        bijectors: [
          b.luLinear({ shape: [2] }),
          b.chain({
            bijectors: [
              b.coupling({
                shape: [2],
                transformer: transformers.spline,
                conditioner,
                condShape: [1],
              }),
              b.reverse({ features: 2 }),
            ],
          }),
          // Far left, softplus is flat and its inverse steep: keep away from there.
          b.fixedAffine({ shift: [4, 4], scale: [1, 1] }),
          b.softplus({ shape: [2] }),
        ],
      }),
    options: { ...withLogarithm, noise: 0.1 },
  },
  affineContext: {
    build: () =>
      b.affineContext({
        bijector: b.coupling({
          shape: [2],
          transformer: transformers.affine,
          conditioner,
          condShape: [2],
        }),
        shift: [1, -1],
        scale: [2, 0.5],
      }),
  },
  "invert of affine": { build: () => b.invert({ bijector: b.affine({ shape: [2] }) }) },
  "invert of actNorm": { build: () => b.invert({ bijector: b.actNorm({ shape: [2] }) }) },
  "invert of fixedAffine": {
    build: () => b.invert({ bijector: b.fixedAffine({ shift: [1, 2], scale: [3, 4] }) }),
  },
  "invert of luLinear": { build: () => b.invert({ bijector: b.luLinear({ shape: [3] }) }) },
  "invert of permute": { build: () => b.invert({ bijector: b.permute({ indices: [1, 2, 0] }) }) },
  "invert of exp": {
    build: () => b.invert({ bijector: b.exp({ shape: [2] }) }),
    options: positive,
  },
  "invert of softplus": {
    build: () => b.invert({ bijector: b.softplus({ shape: [2] }) }),
    options: positive,
  },
  "invert of sigmoid (the logit)": {
    build: () => b.invert({ bijector: b.sigmoid({ shape: [2] }) }),
    options: { ...withLogarithm, domain: [0.05, 0.95], edges: [0, 1] },
  },
  "invert of tanh": {
    build: () => b.invert({ bijector: b.tanh({ shape: [2] }) }),
    options: { ...withLogarithm, domain: [-0.95, 0.95], edges: [-1, 1] },
  },
  "invert of a spline coupling": {
    build: () =>
      b.invert({
        bijector: b.coupling({ shape: [2], transformer: transformers.spline, conditioner }),
      }),
    options: forSpline,
  },
  "invert of a chain, conditional": {
    build: () =>
      b.invert({
        bijector: b.chain({
          bijectors: [
            b.affine({ shape: [2] }),
            b.coupling({
              shape: [2],
              transformer: transformers.affine,
              conditioner,
              condShape: [2],
            }),
          ],
        }),
      }),
  },
};

/** Every distribution and every builder of flows, with variants. */
export const distributions: Record<string, Entry<Distribution, DistributionLawOptions>> = {
  ...cdf.distributions,
  ...continuous.distributions,
  ...flows.distributions,
  ...images.distributions,
  "normal, identity": { build: () => d.normal({ shape: [2] }) },
  "normal, identity, scalar event": { build: () => d.normal({ shape: [] }) },
  "normal, diagonal": { build: () => d.normal({ shape: [2], covariance: "diagonal" }) },
  "normal, diagonal, matrix event": {
    build: () => d.normal({ shape: [2, 2], covariance: "diagonal" }),
  },
  "normal, full": { build: () => d.normal({ shape: [2], covariance: "full" }) },
  "normal, full, d = 1": {
    build: () => d.normal({ shape: [1], covariance: "full" }),
    options: { skip: noOffDiagonal },
  },
  "uniform, d = 1": { build: () => d.uniform({ shape: [1] }), options: { edges: [0, 1] } },
  "uniform, d = 2": {
    build: () => d.uniform({ shape: [2], low: -3, high: 5 }),
    options: { edges: [-3, 5] },
  },
  "mixture, k = 1": {
    build: () => d.mixture({ shape: [2], components: 1 }),
    options: { skip: { "parameters have an effect": "one weight is 1, whatever its logit" } },
  },
  "mixture, k = 3, d = 1": {
    build: () => d.mixture({ shape: [1], components: 3 }),
    options: { skip: noOffDiagonal },
  },
  "mixture, k = 3, d = 2": { build: () => d.mixture({ shape: [2], components: 3 }) },
  "transformed, mixture base": {
    build: () =>
      d.transformed({
        base: d.mixture({ shape: [2], components: 2 }),
        bijector: b.coupling({
          shape: [2],
          transformer: transformers.spline,
          conditioner,
          condShape: [1],
        }),
      }),
    options: { noise: 0.1 },
  },
  "transformed, bounded support": {
    build: () =>
      d.transformed({
        base: d.normal({ shape: [1], covariance: "diagonal" }),
        bijector: b.sigmoid({ shape: [1], low: -3, high: 5 }),
      }),
    options: { edges: [-3, 5] },
  },
  "transformed, uniform base": {
    build: () =>
      d.transformed({
        base: d.uniform({ shape: [1], low: -2, high: 2 }),
        bijector: b.coupling({ shape: [1], transformer: transformers.spline, conditioner }),
      }),
    options: { edges: [-2, 2] },
  },
  nice: { build: () => nice({ features: 3, ...small, layers: 3 }) },
  "nice, conditional": { build: () => nice({ features: 2, context: 1, ...small }) },
  "nice, d = 1": { build: () => nice({ features: 1, ...small }) },
  realNVP: { build: () => realNVP({ features: 3, ...small }) },
  "realNVP, conditional": { build: () => realNVP({ features: 2, context: 2, ...small }) },
  "realNVP, d = 1": { build: () => realNVP({ features: 1, ...small }) },
  nsf: {
    build: () => nsf({ features: 3, bins: 4, bound: 3, ...small }),
    options: { noise: 0.1 },
  },
  "nsf, conditional": {
    build: () => nsf({ features: 2, context: 1, bins: 4, bound: 3, ...small }),
    // One row and many are summed in another order, and the spline promises 1e-4 of its log-derivative.
    options: { noise: 0.1, tolerances: { calls: 2e-5 } },
  },
  "nsf, d = 1": {
    build: () => nsf({ features: 1, bins: 4, bound: 3, ...small }),
    options: { skip: noOffDiagonal },
  },
};
