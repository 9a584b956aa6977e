import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import { maskedMlp, maskedResNet, resNet } from "../../../src/networks/index.ts";
import type { BijectorLawOptions } from "../../../src/testing/index.ts";
import { affine, rationalQuadraticSpline } from "../../../src/transformers/index.ts";
import type { Entry } from "./entry.ts";

const network = maskedMlp({ hidden: [8], activation: "silu" });
const spline = rationalQuadraticSpline({ bins: 4, bound: 2 });

/** As for couplings: see the table. */
const forSpline = { edges: [-1, 0, 1], noise: 0.1 };

const alone = {
  "parameters have an effect": "nothing comes before the only dimension, so inputs have no weight",
};

const isAlone = (variant: string) => variant === "conditional, d = 1";

const shapes = {
  "d = 3": { shape: [3] },
  "d = 1": { shape: [1] },
  "conditional, d = 3": { shape: [3], condShape: [2] },
  "conditional, d = 1": { shape: [1], condShape: [2] },
};

function layers(): Record<string, Entry<Bijector, BijectorLawOptions>> {
  const transformers = { affine: affine(), spline };
  const entries = Object.entries(transformers).flatMap(([name, transformer]) =>
    Object.entries(shapes).map(([variant, options]) => [
      `maskedAutoregressive, ${name}, ${variant}`,
      {
        build: () => b.maskedAutoregressive({ ...options, transformer, conditioner: network }),
        options: { ...(name === "spline" && forSpline), ...(isAlone(variant) && { skip: alone }) },
      },
    ]),
  );
  return Object.fromEntries(entries);
}

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  ...layers(),
  "maskedAutoregressive, given order, d = 4": {
    build: () =>
      b.maskedAutoregressive({
        shape: [4],
        transformer: affine(),
        conditioner: maskedMlp({ hidden: [6, 9], activation: "tanh" }),
        order: [2, 0, 3, 1],
      }),
  },
  "maskedAutoregressive, random degrees, d = 5": {
    build: () =>
      b.maskedAutoregressive({
        shape: [5],
        transformer: affine(),
        conditioner: maskedMlp({ hidden: [7, 3], activation: "silu", degrees: "random", seed: 3 }),
        condShape: [1],
      }),
  },
  "maskedAutoregressive, residual, d = 4": {
    build: () =>
      b.maskedAutoregressive({
        shape: [4],
        transformer: affine(),
        conditioner: maskedResNet({ width: 8, blocks: 2, activation: "silu" }),
      }),
  },
  "maskedAutoregressive, residual, conditional, d = 2": {
    build: () =>
      b.maskedAutoregressive({
        shape: [2],
        transformer: affine(),
        conditioner: maskedResNet({ width: 8, blocks: 1, activation: "silu" }),
        order: [1, 0],
        condShape: [2],
      }),
  },
  "invert of maskedAutoregressive": {
    build: () =>
      b.invert({
        bijector: b.maskedAutoregressive({
          shape: [3],
          transformer: affine(),
          conditioner: network,
        }),
      }),
  },
  "coupling, residual network": {
    build: () =>
      b.coupling({
        shape: [3],
        transformer: affine(),
        conditioner: resNet({ width: 8, blocks: 2, activation: "silu", dropout: 0.2 }),
        condShape: [1],
      }),
  },
  "blockNeuralAutoregressive, conditional, d = 2": {
    build: () =>
      b.blockNeuralAutoregressive({
        shape: [2],
        condShape: [2],
        blockSize: 3,
        hiddenLayers: 1,
      }),
  },
  "blockNeuralAutoregressive, d = 1": {
    build: () => b.blockNeuralAutoregressive({ shape: [1], blockSize: 3 }),
    options: { skip: alone },
  },
  batchNorm: { build: () => b.batchNorm({ shape: [3] }) },
  "batchNorm, matrix event": { build: () => b.batchNorm({ shape: [2, 2], momentum: 0 }) },
  "invert of batchNorm": { build: () => b.invert({ bijector: b.batchNorm({ shape: [2] }) }) },
};
