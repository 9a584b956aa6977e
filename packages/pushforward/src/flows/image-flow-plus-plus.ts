import { actNorm } from "../bijectors/act-norm.ts";
import { chain } from "../bijectors/chain.ts";
import { imageCoupling } from "../bijectors/image-coupling.ts";
import { invert } from "../bijectors/invert.ts";
import { invertibleConvolution } from "../bijectors/invertible-convolution.ts";
import { perPixel } from "../bijectors/per-pixel.ts";
import { squeezed } from "../bijectors/squeezed.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { checkSqueezes, type ImageShape, squeezedShape } from "../core/image.ts";
import type { Activation } from "../networks/activation.ts";
import { convResNet } from "../networks/conv-res-net.ts";
import { mixtureCdf } from "../transformers/mixture-cdf.ts";
import { repeat } from "./flow-options.ts";
import { type ImageFlowOptions, imageFlow, imageShapesOf } from "./image-flow.ts";

export interface ImageFlowPlusPlusOptions extends ImageFlowOptions {
  /** Channels of the hidden layers of each coupling's network; default 32. The paper has 96. */
  width?: number | undefined;
  /** Residual blocks of each coupling's network; default 2. The paper has 10. */
  blocks?: number | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
  /** Logistic distributions in each mixture; default 8. The paper has 32. */
  components?: number | undefined;
  /**
   * Couplings on checkerboards of the image, then on channels and on checkerboards of the squeezed image;
   * default `[4, 2, 3]`.
   */
  couplings?: readonly [image: number, channels: number, squeezed: number] | undefined;
  /** Seed of the rotations that the convolutions start as; default 0. */
  seed?: number | undefined;
}

/**
 * Flow++ for images: couplings by the CDF of a mixture of logistics, each after activation normalisation and an
 * invertible 1x1 convolution: four on checkerboards, squeeze, two on channels, three on checkerboards, with learned
 * dequantisation (Ho et al. 2019, arXiv:1902.00275, section 4). The networks are residual convolutions without
 * the paper's gates and self-attention.
 *
 * Defaults: logit of the pixels (the paper's alpha is 0.05), variational dequantisation. The density costs one pass, sampling one bracketed
 * equation per number and layer.
 *
 * @throws ShapeError for images of odd height or width; DomainError for other options that make no sense.
 */
export function imageFlowPlusPlus(options: ImageFlowPlusPlusOptions): Flow {
  const name = "flow++";
  const own = ["width", "blocks", "activation", "components", "couplings", "seed"];
  const { shape, condShape } = imageShapesOf(name, options, own);
  checkSqueezes(name, shape, 1);
  const { width = 32, blocks, activation, components = 8, seed = 0 } = options;
  const { dequantization = "variational", couplings: counts = [4, 2, 3] } = options;
  if (counts.length !== 3) {
    throw new DomainError(
      `flow++: couplings must be three numbers, got ${JSON.stringify(counts)}.`,
    );
  }
  const transformer = mixtureCdf({ components, kernel: "logistic", onto: "logistic" });
  const conditioner = convResNet({ width, blocks, activation });
  let made = seed;

  const couplings = (image: ImageShape, mask: "checkerboard" | "channels", count: number) =>
    repeat(
      name,
      count,
      (index): Bijector[] => [
        perPixel({ shape: image, bijector: actNorm({ shape: [image[0]] }) }),
        ...(image[0] > 1 ? [invertibleConvolution({ shape: image, seed: made++ })] : []),
        imageCoupling({
          shape: image,
          transformer,
          conditioner,
          mask,
          flip: index % 2 === 1,
          condShape,
        }),
      ],
      "each of couplings",
    );

  const inner = squeezedShape(shape);
  const fine = couplings(shape, "checkerboard", counts[0]);
  const coarse = [
    ...couplings(inner, "channels", counts[1]),
    ...couplings(inner, "checkerboard", counts[2]),
  ];
  const layers = [...fine, squeezed({ shape, bijector: chain({ bijectors: coarse }) })];
  const bijector = invert({ bijector: chain({ bijectors: layers }) });
  return imageFlow(name, { ...options, dequantization }, bijector);
}
