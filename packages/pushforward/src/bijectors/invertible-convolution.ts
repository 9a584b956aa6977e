import type { Bijector } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import { checkImage } from "../core/image.ts";
import type { Shape } from "../core/shape.ts";
import { fullLinear } from "./full-linear.ts";
import { luLinear } from "./lu-linear.ts";
import { perPixel } from "./per-pixel.ts";

export interface InvertibleConvolutionOptions {
  /** `[channels, height, width]`. */
  shape: Shape;
  /** `"lu"` (default): the matrix by its LU factors; `"none"`: its entries. */
  factors?: "lu" | "none" | undefined;
  /** Seed of the random rotation that it starts as; default 0. */
  seed?: number | undefined;
}

/**
 * Glow's invertible convolution of 1 by 1: a learned linear map of the channels, the same at every pixel, that
 * starts as a random rotation; log-det `h w log|det W|` (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.2).
 * It is {@link perPixel} of {@link luLinear} or {@link fullLinear}.
 *
 * @throws ShapeError when the event is not an image; DomainError for other factors or a seed that is no integer.
 */
export function invertibleConvolution(options: InvertibleConvolutionOptions): Bijector {
  checkOptionNames("invertibleConvolution", options, ["shape", "factors", "seed"]);
  const { factors, seed } = options;
  const shape = checkImage("invertibleConvolution", options.shape);
  const bijector = channelMap("invertibleConvolution", { shape: [shape[0]], factors, seed });
  return perPixel({ shape, bijector });
}

/**
 * The linear map of a pixel's channels.
 *
 * @throws DomainError for other factors or a seed that is no integer.
 */
export function channelMap(who: string, options: InvertibleConvolutionOptions): Bijector {
  const { shape, factors = "lu", seed = 0 } = options;
  if (factors === "lu") return luLinear({ shape, seed });
  if (factors === "none") return fullLinear({ shape, seed });
  throw new DomainError(`${who}: factors must be "lu" or "none", got ${JSON.stringify(factors)}.`);
}
