import { discard } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { splitKey } from "../core/keys.ts";
import { defineImageNetwork, type ImageNetwork } from "../core/network.ts";
import type { NDArray } from "../engine/index.ts";
import { type Activation, activationNamed } from "./activation.ts";
import {
  applyConvolution,
  type Convolution,
  heConvolution,
  zeroConvolution,
} from "./convolution.ts";
import { checkWidths } from "./dense.ts";

export interface ConvNetOptions {
  /** Channels of the hidden layers; default `[64, 64]`. None: one convolution, a linear map. */
  hidden?: readonly number[] | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
}

/**
 * The network of Glow's couplings: a convolution of 3 by 3 pixels, one of 1 by 1 for each further hidden
 * layer, and one of 3 by 3 at the end, zero at the start (Kingma and Dhariwal 2018, arXiv:1807.03039,
 * section 4).
 *
 * @throws DomainError for widths that are not positive integers or an unknown activation.
 */
export function convNet(options: ConvNetOptions = {}): ImageNetwork<Convolution[]> {
  checkOptionNames("convNet", options, ["hidden", "activation"]);
  const { hidden = [64, 64], activation = "relu" } = options;
  checkWidths("convNet", hidden);
  const nonlinearity = activationNamed("convNet", activation);
  return defineImageNetwork<Convolution[]>({
    kind: "convNet",
    options: { hidden, activation },
    init(key, inputs, outputs) {
      const widths = [inputs, ...hidden];
      const keys = splitKey(key, Math.max(hidden.length, 1));
      if (hidden.length === 0) discard(...keys);
      const layers = hidden.map((width, depth) =>
        heConvolution(keys[depth] as NDArray, width, widths[depth] as number, depth === 0 ? 3 : 1),
      );
      return [...layers, zeroConvolution(outputs, widths.at(-1) as number, 3)];
    },
    applyToImages(layers, x) {
      let h = x;
      layers.forEach((layer, depth) => {
        h = applyConvolution(layer, h);
        if (depth < hidden.length) h = nonlinearity(h);
      });
      return h;
    },
  });
}
