import { checkOptionNames } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import type { AutoregressiveNetwork } from "../core/network.ts";
import { checkSeed } from "../core/seed.ts";
import { activationNamed } from "./activation.ts";
import { checkDegrees, type Degrees, randomDegrees, sequentialDegrees } from "./degrees.ts";
import { checkWidths } from "./dense.ts";
import type { FeedForwardOptions } from "./feed-forward.ts";
import { type MaskedParams, maskedNetwork } from "./masked-network.ts";

export interface MaskedMlpOptions extends FeedForwardOptions {
  /** Degrees of the hidden units: spread evenly (default), or drawn at random. */
  degrees?: Degrees | undefined;
  /** Seed of random degrees; default 0. */
  seed?: number | undefined;
}

/**
 * MADE: a multilayer perceptron that masks make autoregressive (Germain et al. 2015, arXiv:1502.03509).
 *
 * Hidden weights start as `N(0, 2 / connections)`, the last layer at zero. One pass gives the outputs of all
 * dimensions.
 *
 * @throws DomainError for a width that is not a positive integer, no hidden layer, or an unknown activation.
 */
export function maskedMlp(options: MaskedMlpOptions = {}): AutoregressiveNetwork<MaskedParams> {
  checkOptionNames("maskedMlp", options, ["hidden", "activation", "degrees", "seed"]);
  const { hidden = [64, 64], activation = "relu", degrees = "sequential", seed = 0 } = options;
  checkWidths("maskedMlp", hidden);
  if (hidden.length === 0) throw new DomainError("maskedMlp: needs at least one hidden layer.");
  checkDegrees("maskedMlp", degrees);
  checkSeed("maskedMlp", seed);
  const activate = activationNamed("maskedMlp", activation);
  return maskedNetwork({
    kind: "maskedMlp",
    options: { hidden, activation, degrees, seed },
    layers(lowest, highest) {
      const layers =
        degrees === "random"
          ? randomDegrees(hidden, lowest, highest, seed)
          : hidden.map((width) => sequentialDegrees(width, lowest, highest));
      return layers.map((each) => ({ degrees: each, scale: 1, stream: "none", activate }));
    },
  });
}
