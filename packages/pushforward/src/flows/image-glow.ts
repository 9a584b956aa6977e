import { actNorm } from "../bijectors/act-norm.ts";
import { chain } from "../bijectors/chain.ts";
import { coupling } from "../bijectors/coupling.ts";
import { imageCoupling } from "../bijectors/image-coupling.ts";
import { invert } from "../bijectors/invert.ts";
import { channelMap } from "../bijectors/invertible-convolution.ts";
import { multiScale } from "../bijectors/multi-scale.ts";
import { perPixel } from "../bijectors/per-pixel.ts";
import { reshaped } from "../bijectors/reshaped.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { type ImageShape, squeezedShape } from "../core/image.ts";
import { sizeOf } from "../core/shape.ts";
import type { Activation } from "../networks/activation.ts";
import { convNet } from "../networks/conv-net.ts";
import { mlp } from "../networks/mlp.ts";
import { additive } from "../transformers/additive.ts";
import { affine } from "../transformers/affine.ts";
import { repeat } from "./flow-options.ts";
import {
  type ImageLayerShapes,
  imageFlow,
  imageShapesOf,
  levelsOf,
  MAX_LOG_SCALE,
  type MultiScaleFlowOptions,
} from "./image-flow.ts";

export interface ImageGlowOptions extends MultiScaleFlowOptions {
  /** Steps in each level; default 8. The paper has 32. */
  steps?: number | undefined;
  /** Channels of the hidden layers of each coupling's network; default `[64, 64]`. The paper has 512. */
  hidden?: readonly number[] | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
  /** Default `"affine"`. */
  coupling?: "affine" | "additive" | undefined;
  /** How the invertible convolutions are parametrised; default `"lu"`. */
  factors?: "lu" | "none" | undefined;
  /** Seed of the rotations that the convolutions start as; default 0. */
  seed?: number | undefined;
}

/**
 * Glow: in each level squeeze, steps of activation normalisation, invertible 1x1 convolution and coupling by a
 * convolutional network, then half of the channels is factored out, normal with mean and scale given by the
 * other half (Kingma and Dhariwal 2018, arXiv:1807.03039, figure 2).
 *
 * With a context the couplings see it at every pixel, and the coarsest latents are normal with mean and scale
 * given by it, as the paper has it for classes. Defaults: logit of the pixels, uniform dequantisation; the paper
 * scales them to [-1/2, 1/2], `alpha: null`. Both directions cost one pass.
 *
 * @throws ShapeError for images that cannot be halved `levels` times; DomainError for other options that make no
 * sense.
 */
export function imageGlow(options: ImageGlowOptions): Flow {
  const name = "glow";
  const own = ["levels", "steps", "hidden", "activation", "coupling", "factors", "seed"];
  const { shape, condShape } = imageShapesOf(name, options, own);
  const { steps = 8, seed = 0 } = options;
  const levels = levelsOf(name, shape, options.levels);
  let inner = squeezedShape(shape);
  const squeezed = repeat(name, levels, (level) => {
    const layers = repeat(
      name,
      steps,
      (step) => glowStep({ shape: inner, condShape }, options, seed + level * steps + step),
      "steps",
    );
    const last = level === levels - 1 && condShape ? [topPrior(inner, condShape)] : [];
    const [channels, height, width] = inner;
    inner = squeezedShape([channels / 2, height, width]);
    return [{ squeezed: invert({ bijector: chain({ bijectors: [...layers, ...last] }) }) }];
  });
  return imageFlow(name, options, multiScale({ levels: squeezed, prior }));
}

/** Glow's prior of what a level factors out: one convolution, zero at the start. */
const prior = convNet({ hidden: [] });

function glowStep(
  { shape, condShape }: ImageLayerShapes,
  { hidden = [64, 64], activation, coupling: kind = "affine", factors }: ImageGlowOptions,
  seed: number,
): Bijector[] {
  if (kind !== "affine" && kind !== "additive") {
    throw new DomainError(
      `glow: coupling must be "affine" or "additive", got ${JSON.stringify(kind)}.`,
    );
  }
  const transformer = kind === "affine" ? affine({ maxLogScale: MAX_LOG_SCALE }) : additive();
  const conditioner = convNet({ hidden, activation });
  const channels = [shape[0]];
  return [
    perPixel({
      shape,
      bijector: chain({
        bijectors: [
          actNorm({ shape: channels }),
          channelMap("glow", { shape: channels, factors, seed }),
        ],
      }),
    }),
    imageCoupling({ shape, transformer, conditioner, mask: "channels", condShape }),
  ];
}

/** The coarsest latents are normal, with mean and scale from the context. */
function topPrior(shape: ImageShape, condShape: readonly [number]): Bijector {
  const size = sizeOf(shape);
  const mask = new Array<boolean>(size).fill(false);
  const conditioner = mlp({ hidden: [] });
  const vector = coupling({ shape: [size], transformer: affine(), conditioner, mask, condShape });
  return reshaped({ shape, bijector: vector });
}
