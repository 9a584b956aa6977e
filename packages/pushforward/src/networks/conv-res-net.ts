import { checkOptionNames } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { defineImageNetwork, type ImageNetwork } from "../core/network.ts";
import type { NDArray } from "../engine/index.ts";
import { activationNamed } from "./activation.ts";
import {
  type BatchNormalization,
  batchNormalization,
  initBatchNormalization,
} from "./batch-normalization.ts";
import {
  applyConvolution,
  type Convolution,
  heConvolution,
  zeroConvolution,
} from "./convolution.ts";
import { dropout } from "./dropout.ts";
import { type ResNetOptions, resNetSettings, SMALL } from "./res-net.ts";

export interface ConvResNetOptions extends ResNetOptions {
  /** Normalise each hidden layer over the batch; default false. */
  batchNorm?: boolean | undefined;
}

/** A convolution, and what normalises its input where there is batch normalisation. */
type Unit = { convolution: Convolution; norm?: BatchNormalization };

export type ConvResNetParams = { first: Convolution; blocks: [Unit, Unit][]; last: Unit };

/**
 * A residual network of images: a convolution of 3 by 3 pixels, blocks of two more,
 * `h <- h + W_2 * a(W_1 * a(h) + b_1) + b_2`, and one of 1 by 1 at the end, zero at the start: the conditioner of
 * RealNVP for images (Dinh et al. 2017, arXiv:1605.08803, section 3.6; pre-activation blocks of He et al. 2016,
 * arXiv:1603.05027). With `batchNorm`, each `a` comes after a batch normalisation.
 *
 * Sizes and defaults are those of {@link resNet}, the width counts channels.
 *
 * @throws DomainError as {@link resNet}.
 */
export function convResNet(options: ConvResNetOptions = {}): ImageNetwork<ConvResNetParams> {
  const { batchNorm = false, ...others } = options;
  checkOptionNames("convResNet", options, [...settingNames, "batchNorm"]);
  const settings = { ...resNetSettings("convResNet", others), batchNorm };
  const { width, blocks, activation, dropout: rate } = settings;
  if (typeof batchNorm !== "boolean") {
    throw new DomainError(`convResNet: batchNorm must be true or false, got ${batchNorm}.`);
  }
  const nonlinearity = activationNamed("convResNet", activation);
  const unit = (convolution: Convolution): Unit =>
    batchNorm ? { convolution, norm: initBatchNormalization(width) } : { convolution };

  /** The input of a unit, normalised and bent. */
  function activated({ norm }: Unit, h: NDArray): NDArray {
    return nonlinearity(norm ? batchNormalization(norm, h) : h);
  }

  return defineImageNetwork<ConvResNetParams>({
    kind: "convResNet",
    options: settings,
    init(key, inputs, outputs) {
      const [firstKey, ...keys] = splitKey(key, 2 * blocks + 1) as [NDArray, ...NDArray[]];
      return {
        first: heConvolution(firstKey, width, inputs, 3),
        blocks: Array.from({ length: blocks }, (_, block): [Unit, Unit] => {
          const inner = heConvolution(keys[2 * block] as NDArray, width, width, 3);
          const outer = heConvolution(keys[2 * block + 1] as NDArray, width, width, 3);
          return [unit(inner), unit({ ...outer, weight: outer.weight.mul(SMALL) })];
        }),
        last: unit(zeroConvolution(outputs, width, 1)),
      };
    },
    applyToImages({ first, blocks: pairs, last }, x) {
      let h = applyConvolution(first, x);
      for (const [inner, outer] of pairs) {
        const middle = applyConvolution(inner.convolution, activated(inner, h.ref));
        const units = dropout(activated(outer, middle), rate);
        h = h.add(applyConvolution(outer.convolution, units));
      }
      return applyConvolution(last.convolution, activated(last, h));
    },
  });
}

const settingNames = ["width", "blocks", "activation", "dropout"];
