import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import { lipschitzConvNet, lipschitzMlp } from "../../../src/networks/index.ts";
import type { BijectorLawOptions } from "../../../src/testing/index.ts";
import type { Entry } from "./entry.ts";

/** Noise moves the singular vectors away, too: bounds that leave room for it, and few steps of the inverse. */
const network = lipschitzMlp({ hidden: [8], coefficient: 0.3 });
const gentle: BijectorLawOptions = { noise: 0.2 };

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  residual: { build: () => b.residual({ shape: [3], network, steps: 12 }), options: gentle },
  "residual, conditional, d = 1": {
    build: () => b.residual({ shape: [1], condShape: [2], network }),
    options: {
      ...gentle,
      skip: {
        "parameters have an effect": "a singular vector of one number has but one direction",
      },
    },
  },
  "residual, convolutions": {
    build: () =>
      b.residual({
        shape: [1, 2, 3],
        condShape: [2],
        network: lipschitzConvNet({ hidden: [3, 3], coefficient: 0.2 }),
        steps: 20,
      }),
  },
};
