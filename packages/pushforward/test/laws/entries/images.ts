import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import type { Distribution } from "../../../src/core/distribution.ts";
import * as f from "../../../src/flows/index.ts";
import { convNet, convResNet, mlp } from "../../../src/networks/index.ts";
import type { BijectorLawOptions, DistributionLawOptions } from "../../../src/testing/index.ts";
import {
  additive,
  affine,
  mixtureCdf,
  rationalQuadraticSpline,
} from "../../../src/transformers/index.ts";
import type { Entry } from "./entry.ts";

const conditioner = convNet({ hidden: [4], activation: "silu" });
const deep = convNet({ hidden: [4, 4], activation: "tanh" });

/** With less noise, networks of many inputs stay where float32 has digits to spare. */
const gentle = { noise: 0.1 };

/** The engine's logarithm is off by up to 1.2e-5, and a map that takes one cannot be better. */
const withLogarithm = { tolerances: { roundTrip: 5e-5 } };

const grey = [1, 4, 4] as const;
const deepImage = [4, 2, 2] as const;

function couplings(): Record<string, Entry<Bijector, BijectorLawOptions>> {
  const base = { conditioner, transformer: affine() };
  return {
    "imageCoupling, affine, checkerboard": {
      build: () => b.imageCoupling({ ...base, shape: grey, mask: "checkerboard" }),
      options: gentle,
    },
    "imageCoupling, affine, checkerboard, odd size, flipped": {
      build: () => b.imageCoupling({ ...base, shape: [2, 3, 1], mask: "checkerboard", flip: true }),
      options: gentle,
    },
    "imageCoupling, affine, channels, conditional": {
      build: () => b.imageCoupling({ ...base, shape: [3, 2, 2], mask: "channels", condShape: [2] }),
      options: gentle,
    },
    "imageCoupling, additive, channels, flipped": {
      build: () =>
        b.imageCoupling({
          ...base,
          conditioner: deep,
          transformer: additive(),
          shape: [3, 2, 2],
          mask: "channels",
          flip: true,
        }),
      options: gentle,
    },
    "imageCoupling, affine, an image for context": {
      build: () =>
        b.imageCoupling({ ...base, shape: grey, mask: "checkerboard", condShape: [2, 4, 4] }),
      options: gentle,
    },
    "imageCoupling, spline, checkerboard": {
      build: () =>
        b.imageCoupling({
          ...base,
          transformer: rationalQuadraticSpline({ bins: 4, bound: 2 }),
          shape: [1, 2, 3],
          mask: "checkerboard",
        }),
      options: { ...gentle, edges: [-1, 0, 1] },
    },
    "imageCoupling, spline": {
      build: () =>
        b.imageCoupling({
          ...base,
          transformer: rationalQuadraticSpline({ bins: 4, bound: 2 }),
          shape: [2, 2, 2],
          mask: "channels",
        }),
      options: { ...gentle, edges: [-1, 0, 1] },
    },
    "imageCoupling, mixture of logistics, residual network": {
      build: () =>
        b.imageCoupling({
          conditioner: convResNet({ width: 4, blocks: 1, activation: "silu" }),
          transformer: mixtureCdf({ components: 2, kernel: "logistic", onto: "logistic" }),
          shape: [2, 2, 2],
          mask: "channels",
        }),
      options: { ...gentle, tolerances: { roundTrip: 5e-5 } },
    },
    "imageCoupling, residual network with batch normalisation": {
      build: () =>
        b.imageCoupling({
          ...base,
          conditioner: convResNet({ width: 4, blocks: 1, activation: "silu", batchNorm: true }),
          shape: [2, 2, 2],
          mask: "channels",
        }),
      options: gentle,
    },
  };
}

const coupled = (shape: readonly number[]) =>
  b.imageCoupling({ shape, transformer: affine(), conditioner, mask: "channels" });

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  ...couplings(),
  "luLinear, a rotation": { build: () => b.luLinear({ shape: [4], seed: 3 }), options: gentle },
  fullLinear: { build: () => b.fullLinear({ shape: [3] }), options: gentle },
  "fullLinear, a rotation": { build: () => b.fullLinear({ shape: [5], seed: 1 }), options: gentle },
  "invertibleConvolution, LU factors": {
    build: () => b.invertibleConvolution({ shape: deepImage }),
    options: gentle,
  },
  "invertibleConvolution, no factors": {
    build: () => b.invertibleConvolution({ shape: [3, 2, 3], factors: "none", seed: 2 }),
    options: gentle,
  },
  "perPixel, actNorm": {
    build: () => b.perPixel({ shape: [2, 2, 3], bijector: b.actNorm({ shape: [2] }) }),
  },
  "perPixel, batchNorm": {
    build: () => b.perPixel({ shape: [2, 2, 2], bijector: b.batchNorm({ shape: [2] }) }),
    options: { ...withLogarithm, ...gentle },
  },
  "perPixel, a spline that sees a context": {
    build: () =>
      b.perPixel({
        shape: [2, 2, 2],
        bijector: b.coupling({
          shape: [2],
          transformer: rationalQuadraticSpline({ bins: 4, bound: 2 }),
          conditioner: mlp({ hidden: [8], activation: "silu" }),
          condShape: [2],
        }),
      }),
    options: { ...gentle, edges: [-1, 0, 1] },
  },
  squeezed: {
    build: () => b.squeezed({ shape: [1, 4, 2], bijector: coupled([4, 2, 1]) }),
    options: gentle,
  },
  "squeezed, of actNorm": {
    build: () => b.squeezed({ shape: [1, 2, 2], bijector: b.actNorm({ shape: [4, 1, 1] }) }),
  },
  factorOut: {
    build: () => b.factorOut({ shape: [4, 2, 1], bijector: coupled([2, 2, 1]) }),
    options: gentle,
  },
  reshaped: {
    build: () => b.reshaped({ shape: [1, 2, 2], bijector: b.luLinear({ shape: [4] }) }),
  },
  multiScale: {
    build: () =>
      b.multiScale({
        levels: [
          { image: b.actNorm({ shape: grey }), squeezed: coupled([4, 2, 2]) },
          { squeezed: coupled([8, 1, 1]) },
        ],
        prior: convNet({ hidden: [] }),
      }),
    options: gentle,
  },
  "pixels, 8 bits": {
    build: () => b.pixels({ shape: [1, 2, 2] }),
    options: { ...withLogarithm, edges: [-0.5, 255.5] },
  },
  "pixels, 1 bit": {
    build: () => b.pixels({ shape: [2], values: 2, alpha: 1e-3 }),
    options: { tolerances: { roundTrip: 1e-4 }, edges: [-0.5, 1.5] },
  },
  variationalDequantization: {
    build: () =>
      b.variationalDequantization({
        noise: b.imageCoupling({
          shape: [1, 2, 2],
          transformer: affine(),
          conditioner,
          mask: "checkerboard",
          condShape: [1, 2, 2],
        }),
        values: 4,
      }),
    // Rows in the middle of the cells: between them it jumps, as it must.
    options: {
      ...gentle,
      domain: (random) =>
        Array.from({ length: 4 }, () => random.integer(4) + 0.8 * (random.uniform() - 0.5)),
      edges: [-0.5, 0.5, 3.5],
      tolerances: { roundTrip: 1e-4, logDets: 5e-4 },
    },
  },
  "pixels, no logit": { build: () => b.pixels({ shape: [1, 2, 2], values: 32, alpha: null }) },
};

/** Corners of a ReLU confuse differences. */
const small = { hidden: [4], steps: 1, activation: "silu" } as const;
const residual = { width: 2, blocks: 1, activation: "silu" } as const;

/** With a logit, samples far out would lie on the ends of its range, where float32 has no digits left. */
const noLogit = { alpha: null } as const;

export const distributions: Record<string, Entry<Distribution, DistributionLawOptions>> = {
  imageGlow: { build: () => f.imageGlow({ shape: grey, ...small }), options: gentle },
  "imageGlow, conditional, additive, 5 bits": {
    build: () =>
      f.imageGlow({ shape: [2, 2, 2], context: 2, bits: 5, coupling: "additive", ...small }),
    options: gentle,
  },
  imageRealNVP: {
    build: () => f.imageRealNVP({ shape: [1, 2, 2], ...residual, ...noLogit }),
  },
  imageResidual: {
    build: () => f.imageResidual({ shape: [1, 2, 2], layers: 1, hidden: [2], coefficient: 0.3 }),
    options: {
      ...gentle,
      skip: {
        "parameters have an effect":
          "the singular vector of a weight that is within its bound has none; the layer's own entries show the others'",
      },
    },
  },
  imageNice: {
    build: () => f.imageNice({ shape: [1, 2, 2], hidden: [8] }),
    options: gentle,
  },
  imageFlowPlusPlus: {
    build: () =>
      f.imageFlowPlusPlus({
        shape: [1, 2, 4],
        ...residual,
        ...noLogit,
        components: 2,
        couplings: [1, 1, 1],
        dequantization: "uniform",
      }),
    options: gentle,
  },
};
