import type { Distribution } from "../../../src/core/distribution.ts";
import * as d from "../../../src/distributions/index.ts";
import * as f from "../../../src/flows/index.ts";
import { maskedMlp } from "../../../src/networks/index.ts";
import type { DistributionLawOptions } from "../../../src/testing/index.ts";
import { affine } from "../../../src/transformers/index.ts";
import type { Entry } from "./entry.ts";

const small = { hidden: [8], activation: "silu", layers: 2 } as const;

/** Root searches make the laws slow. */
const single = { ...small, layers: 1 };

/** With less noise, splines and polynomials stay where they promise their error. */
const gentle: DistributionLawOptions = { noise: 0.1 };

export const distributions: Record<string, Entry<Distribution, DistributionLawOptions>> = {
  // Linear maps with much noise on them throw points far out, where float32 has few digits left.
  glow: { build: () => f.glow({ features: 3, ...small }), options: gentle },
  "glow, conditional": {
    build: () => f.glow({ features: 2, context: 1, ...small }),
    options: gentle,
  },
  maf: { build: () => f.maf({ features: 3, ...small }) },
  "maf, conditional, permutations": {
    build: () => f.maf({ features: 3, context: 2, between: "permutation", ...small }),
  },
  "maf, d = 1": { build: () => f.maf({ features: 1, ...small }) },
  "maf, mixture base": {
    build: () => f.maf({ features: 2, base: d.mixture({ shape: [2], components: 2 }), ...small }),
  },
  iaf: { build: () => f.iaf({ features: 3, ...small }) },
  "iaf, conditional, linear maps": {
    build: () => f.iaf({ features: 2, context: 1, between: "lu", ...small }),
  },
  nsfAutoregressive: {
    build: () => f.nsfAutoregressive({ features: 2, bins: 4, bound: 3, ...small }),
    options: gentle,
  },
  "nsfAutoregressive, conditional": {
    build: () => f.nsfAutoregressive({ features: 2, context: 1, bins: 4, bound: 3, ...small }),
    options: gentle,
  },
  made: { build: () => f.made({ features: 3, hidden: [8, 8], degrees: "random", seed: 1 }) },
  "made, mixtures, conditional": {
    build: () => f.made({ features: 1, context: 1, hidden: [8], components: 2 }),
    options: {
      skip: {
        "parameters have an effect":
          "nothing comes before the only dimension, so inputs have no weight",
      },
    },
  },
  "made, residual": { build: () => f.made({ features: 2, hidden: [8], residual: true }) },
  "made, over orders": { build: () => f.made({ features: 2, hidden: [8], orders: 3, seed: 2 }) },
  contextualized: {
    build: () =>
      d.contextualized({
        distribution: f.made({ features: 2, context: 2, hidden: [8], orders: 2 }),
        shift: [1, -1],
        scale: [2, 0.5],
      }),
  },
  "orderEnsemble, conditional": {
    build: () =>
      d.orderEnsemble({
        shape: [2],
        condShape: [1],
        base: d.normal({ shape: [2] }),
        transformer: affine(),
        conditioner: maskedMlp({ hidden: [8], activation: "silu" }),
        orders: 2,
      }),
  },
  naf: {
    build: () => f.naf({ features: 2, units: 4, ...single }),
    options: gentle,
  },
  "naf, conditional": {
    build: () => f.naf({ features: 2, context: 1, units: 4, ...single }),
    options: gentle,
  },
  bnaf: {
    build: () => f.bnaf({ features: 2, context: 1, layers: 1, blockSize: 3, hiddenLayers: 1 }),
    options: gentle,
  },
  umnn: {
    build: () => f.umnn({ features: 2, integrand: { hidden: 4, nodes: 6 }, ...single }),
    options: gentle,
  },
  "umnn, conditional": {
    build: () => f.umnn({ features: 2, context: 1, integrand: { hidden: 4, nodes: 6 }, ...single }),
    options: gentle,
  },
  sumOfSquaresFlow: {
    build: () => f.sumOfSquaresFlow({ features: 2, ...single }),
    options: gentle,
  },
  "sumOfSquaresFlow, conditional": {
    build: () => f.sumOfSquaresFlow({ features: 2, context: 1, ...single }),
    options: gentle,
  },
  bernsteinFlow: {
    build: () => f.bernsteinFlow({ features: 2, ...single }),
    options: gentle,
  },
  "bernsteinFlow, conditional": {
    build: () => f.bernsteinFlow({ features: 2, context: 1, ...single }),
    options: gentle,
  },
  flowPlusPlus: {
    build: () => f.flowPlusPlus({ features: 2, components: 3, ...single }),
    options: gentle,
  },
  "flowPlusPlus, conditional": {
    build: () => f.flowPlusPlus({ features: 2, context: 1, components: 3, ...single }),
    options: gentle,
  },
  gaussianization: {
    build: () => f.gaussianization({ features: 2, layers: 2, components: 2 }),
    options: gentle,
  },
  "gaussianization, conditional": {
    build: () => f.gaussianization({ features: 2, context: 1, components: 3, ...single }),
    options: gentle,
  },
  planarFlow: { build: () => f.planarFlow({ features: 2, layers: 3 }) },
  "planarFlow, conditional": {
    build: () => f.planarFlow({ features: 2, context: 1, hidden: [8], layers: 2 }),
  },
  radialFlow: { build: () => f.radialFlow({ features: 2, layers: 3 }) },
  sylvesterFlow: { build: () => f.sylvesterFlow({ features: 2, layers: 2 }) },
  "sylvesterFlow, triangular": {
    build: () => f.sylvesterFlow({ features: 2, layers: 2, variant: "triangular" }),
  },
  "residualFlow, conditional": {
    build: () =>
      f.residualFlow({ features: 2, context: 1, layers: 1, hidden: [8], coefficient: 0.3 }),
    options: {
      ...gentle,
      skip: {
        "parameters have an effect":
          "the singular vector of a weight that is within its bound has none; the layer's own entries show the others'",
      },
    },
  },
  "cdfFlow, d = 1": { build: () => f.cdfFlow({ features: 1, components: 3 }), options: gentle },
  "cdfFlow, beta, conditional": {
    build: () => f.cdfFlow({ features: 1, context: 1, onto: "beta", components: 3, hidden: [8] }),
    options: gentle,
  },
  linearFlow: { build: () => f.linearFlow({ features: 3, matrix: "qr" }) },
};
