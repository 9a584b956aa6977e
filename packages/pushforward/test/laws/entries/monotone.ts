import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import { mlp } from "../../../src/networks/index.ts";
import type { BijectorLawOptions } from "../../../src/testing/index.ts";
import {
  bernstein,
  deepSigmoidal,
  sumOfSquares,
  unconstrainedMonotonic,
} from "../../../src/transformers/index.ts";
import type { Entry } from "./entry.ts";

const conditioner = mlp({ hidden: [8], activation: "silu" });

// Inputs from -3 to 3 reach the tails, too.
const transformers = {
  sumOfSquares: sumOfSquares({ bound: 2 }),
  bernstein: bernstein({ bound: 2 }),
  deepSigmoidal: deepSigmoidal({ units: 4 }),
  unconstrainedMonotonic: unconstrainedMonotonic({ bound: 2 }),
};

// The couplings of other transformers show what other shapes do.
const variants = {
  "d = 1": { shape: [1] },
  "conditional, d = 3": { shape: [3], condShape: [2] },
};

/** One coupling layer for each of the monotone polynomials and networks. */
export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = Object.fromEntries(
  Object.entries(transformers).flatMap(([name, transformer]) =>
    Object.entries(variants).map(([variant, shapes]) => [
      `coupling, ${name}, ${variant}`,
      { build: () => b.coupling({ ...shapes, transformer, conditioner }) },
    ]),
  ),
);
