import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import type { Distribution } from "../../../src/core/distribution.ts";
import { ffjord, flowMatching } from "../../../src/flows/index.ts";
import { concat, concatSquash } from "../../../src/networks/index.ts";
import type { BijectorLawOptions, DistributionLawOptions } from "../../../src/testing/index.ts";
import type { Entry } from "./entry.ts";

const hidden = [3];
const solver = { steps: 1 };

/** With little noise the velocity is so small that one step solves it to float32's precision, there and back. */
const gentle = { noise: 0.05 };

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {
  continuous: {
    build: () => b.continuous({ shape: [2], dynamics: concatSquash({ hidden }), solver }),
    options: gentle,
  },
  "continuous, concat of Fourier features, conditional, d = 1": {
    build: () =>
      b.continuous({
        shape: [1],
        condShape: [2],
        dynamics: concat({ hidden, frequencies: [1, 2] }),
        solver,
      }),
    options: gentle,
  },
};

export const distributions: Record<string, Entry<Distribution, DistributionLawOptions>> = {
  "ffjord, conditional, d = 1": {
    build: () => ffjord({ features: 1, context: 1, hidden, solver }),
    options: gentle,
  },
  "flowMatching, d = 1": {
    build: () => flowMatching({ features: 1, hidden, solver }),
    options: gentle,
  },
};
