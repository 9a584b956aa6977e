import { defineImageNetwork, type ImageNetwork } from "../core/network.ts";
import {
  applyConvolution,
  type Convolution,
  heConvolution,
  zeroConvolution,
} from "./convolution.ts";
import { type FeedForwardOptions, feedForward } from "./feed-forward.ts";

/**
 * The network of Glow's couplings: a convolution of 3 by 3 pixels, one of 1 by 1 for each further hidden
 * layer, and one of 3 by 3 at the end, zero at the start (Kingma and Dhariwal 2018, arXiv:1807.03039,
 * section 4).
 *
 * @throws DomainError for widths that are not positive integers or an unknown activation.
 */
export function convNet(options: FeedForwardOptions = {}): ImageNetwork<Convolution[]> {
  const { apply, ...parts } = feedForward<Convolution>("convNet", options, {
    hidden: (key, outputs, inputs, depth) =>
      heConvolution(key, outputs, inputs, depth === 0 ? 3 : 1),
    last: (outputs, inputs) => zeroConvolution(outputs, inputs, 3),
    apply: applyConvolution,
  });
  return defineImageNetwork<Convolution[]>({ ...parts, applyToImages: apply });
}
