import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { splitKey } from "../core/keys.ts";
import { defineNetwork, type Network } from "../core/network.ts";
import type { NDArray } from "../engine/index.ts";
import { type Activation, activationNamed } from "./activation.ts";
import { applyDense, checkWidths, type Dense, heDense, zeroDense } from "./dense.ts";
import { checkDropout, dropout } from "./dropout.ts";

export interface ResNetOptions {
  /** Width of all hidden layers; default 64. */
  width?: number | undefined;
  /** Residual blocks of two layers each; default 2. */
  blocks?: number | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
  /** Share of a block's inner units that a training step leaves out; default 0. */
  dropout?: number | undefined;
}

export type ResNetParams = { first: Dense; blocks: [Dense, Dense][]; last: Dense };

/** Factor on the weights that a block ends with, at the start: nearly the identity, but not stuck. */
export const SMALL = 1e-2;

/**
 * A residual network, `h <- W_0 x + b_0`, then blocks `h <- h + W_2 dropout(a(W_1 a(h) + b_1)) + b_2`,
 * then `W a(h) + b`, zero at the start: the conditioner of neural spline flows (Durkan et al. 2019,
 * arXiv:1906.04032, appendix B; pre-activation blocks of He et al. 2016, arXiv:1603.05027).
 *
 * @throws DomainError for a width or number of blocks that is not a positive integer, a dropout outside
 * [0, 1) or an unknown activation.
 */
export function resNet(options: ResNetOptions = {}): Network<ResNetParams> {
  const settings = resNetSettings("resNet", options);
  const { width, blocks, activation, dropout: rate } = settings;
  const nonlinearity = activationNamed("resNet", activation);
  return defineNetwork<ResNetParams>({
    kind: "resNet",
    options: settings,
    init(key, inputs, outputs) {
      const [firstKey, ...keys] = splitKey(key, 2 * blocks + 1) as [NDArray, ...NDArray[]];
      return {
        first: heDense(firstKey, width, inputs),
        blocks: Array.from({ length: blocks }, (_, block): [Dense, Dense] => {
          const inner = heDense(keys[2 * block] as NDArray, width, width);
          const { weight, bias } = heDense(keys[2 * block + 1] as NDArray, width, width);
          return [inner, { weight: weight.mul(SMALL), bias }];
        }),
        last: zeroDense(outputs, width),
      };
    },
    apply({ first, blocks: pairs, last }, x) {
      let h = applyDense(first, x);
      for (const [inner, outer] of pairs) {
        const units = nonlinearity(applyDense(inner, nonlinearity(h.ref)));
        h = h.add(applyDense(outer, dropout(units, rate)));
      }
      return applyDense(last, nonlinearity(h));
    },
  });
}

/**
 * The options of a residual network with the defaults filled in.
 *
 * @throws DomainError as {@link resNet}.
 */
export function resNetSettings(who: string, options: ResNetOptions) {
  const { width = 64, blocks = 2, activation = "relu", dropout = 0 } = options;
  const settings = { width, blocks, activation, dropout };
  checkOptionNames(who, options, Object.keys(settings));
  checkWidths(who, [width]);
  checkCount(who, "blocks", blocks);
  checkDropout(who, dropout);
  return settings;
}
