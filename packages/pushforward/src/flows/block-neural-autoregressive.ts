import {
  type BlockNeuralAutoregressiveOptions,
  blockNeuralAutoregressive,
} from "../bijectors/block-neural-autoregressive.ts";
import { reverse } from "../bijectors/permute.ts";
import type { Flow } from "../core/distribution.ts";
import { type FlowOptions, flowFromData, layerNames, repeat, shapesOf } from "./flow-options.ts";

export interface BnafOptions extends FlowOptions {
  /** Hidden units of each dimension in each hidden layer; default 32. */
  blockSize?: number | undefined;
  /** Hidden layers of each network; default 2. */
  hiddenLayers?: number | undefined;
}

/**
 * Block neural autoregressive flow, BNAF (De Cao et al. 2019, arXiv:1904.04676): layers that are one network
 * for all dimensions, monotone in each, in reverse order every other time.
 *
 * Default: 3 layers. The density costs one pass, sampling one bracketed equation per dimension and layer. A
 * layer has about `(features blockSize)^2` weights: take smaller blocks for many columns.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function bnaf(options: BnafOptions): Flow {
  const { features, layers = 3, blockSize, hiddenLayers } = options;
  const shapes = shapesOf("bnaf", options, [...layerNames, "blockSize", "hiddenLayers"]);
  const sizes: Partial<BlockNeuralAutoregressiveOptions> = {
    ...(blockSize !== undefined && { blockSize }),
    ...(hiddenLayers !== undefined && { hiddenLayers }),
  };
  const steps = repeat("bnaf", layers, (index) => [
    ...(index > 0 ? [reverse({ features })] : []),
    blockNeuralAutoregressive({ ...shapes, ...sizes }),
  ]);
  return flowFromData("bnaf", options, steps);
}
