import { batchNorm } from "../bijectors/batch-norm.ts";
import { chain } from "../bijectors/chain.ts";
import { imageCoupling } from "../bijectors/image-coupling.ts";
import { invert } from "../bijectors/invert.ts";
import { multiScale } from "../bijectors/multi-scale.ts";
import { perPixel } from "../bijectors/per-pixel.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { type ImageShape, squeezedShape } from "../core/image.ts";
import type { Activation } from "../networks/activation.ts";
import { convResNet } from "../networks/conv-res-net.ts";
import { affine } from "../transformers/affine.ts";
import { repeat } from "./flow-options.ts";
import {
  imageFlow,
  imageShapesOf,
  levelsOf,
  MAX_LOG_SCALE,
  type MultiScaleFlowOptions,
} from "./image-flow.ts";

export interface ImageRealNvpOptions extends MultiScaleFlowOptions {
  /** Channels of the hidden layers of each coupling's network; default 32. The paper has 64. */
  width?: number | undefined;
  /** Residual blocks of each coupling's network; default 2. The paper has 8 on CIFAR-10. */
  blocks?: number | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
}

/** Couplings of each kind in a level. */
const COUPLINGS = 3;

/**
 * RealNVP for images: in each level three couplings on checkerboards, squeeze, three couplings on halves of the
 * channels, in turn, each followed by batch normalisation, then half of the channels is factored out; the networks
 * are residual, with batch normalisation. All levels are alike, where the paper's last has four checkerboards and no
 * squeeze (Dinh et al. 2017, arXiv:1605.08803, sections 3.4 to 3.7).
 *
 * Defaults: logit of the pixels (the paper's alpha is 0.05), uniform dequantisation. Both directions cost one pass.
 *
 * @throws ShapeError for images that cannot be halved `levels` times; DomainError for other options that make no
 * sense.
 */
export function imageRealNVP(options: ImageRealNvpOptions): Flow {
  const name = "realnvp";
  const { shape, condShape } = imageShapesOf(name, options, [
    "levels",
    "width",
    "blocks",
    "activation",
  ]);
  const { width = 32, blocks, activation } = options;
  const transformer = affine({ maxLogScale: MAX_LOG_SCALE });
  const conditioner = convResNet({ width, blocks, activation, batchNorm: true });

  const couplings = (image: ImageShape, mask: "checkerboard" | "channels"): Bijector => {
    const norm = perPixel({ shape: image, bijector: batchNorm({ shape: [image[0]] }) });
    const layers = repeat(name, COUPLINGS, (index) => [
      imageCoupling({
        shape: image,
        transformer,
        conditioner,
        mask,
        flip: index % 2 === 1,
        condShape,
      }),
      norm,
    ]);
    return invert({ bijector: chain({ bijectors: layers }) });
  };

  let image = shape;
  const levels = repeat(name, levelsOf(name, shape, options.levels), () => {
    const inner = squeezedShape(image);
    const level = {
      image: couplings(image, "checkerboard"),
      squeezed: couplings(inner, "channels"),
    };
    image = [inner[0] / 2, inner[1], inner[2]];
    return [level];
  });
  return imageFlow(name, options, multiScale({ levels }));
}
