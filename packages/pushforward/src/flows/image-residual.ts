import { actNorm } from "../bijectors/act-norm.ts";
import { chain } from "../bijectors/chain.ts";
import { invert } from "../bijectors/invert.ts";
import { multiScale } from "../bijectors/multi-scale.ts";
import { perPixel } from "../bijectors/per-pixel.ts";
import { residual } from "../bijectors/residual.ts";
import type { ResidualLogDet } from "../bijectors/residual-log-det.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { squeezedShape } from "../core/image.ts";
import { lipschitzConvNet } from "../networks/lipschitz-conv-net.ts";
import type { LipschitzNetworkOptions } from "../networks/lipschitz-network.ts";
import { repeat } from "./flow-options.ts";
import {
  type ImageLayerShapes,
  imageFlow,
  imageShapesOf,
  levelsOf,
  type MultiScaleFlowOptions,
} from "./image-flow.ts";

export interface ImageResidualOptions extends MultiScaleFlowOptions, LipschitzNetworkOptions {
  /** What the norm of each convolution is at most, in (0, 1); default 0.9. The paper has 0.98. */
  coefficient?: number | undefined;
  /** Residual layers in each level; default 8. The paper has 16. */
  layers?: number | undefined;
  /**
   * How log-determinants are computed, see {@link residual}; default by roulette in training, and in evaluation with 8
   * fixed vectors, for images of more than 32 numbers, and as many terms as their bound asks for: 19.
   */
  logDet?: ResidualLogDet | undefined;
}

/** Each term is a pass for each vector. */
const usualLogDet = { series: "roulette", evaluationProbes: 8 } as const;

/** With the paper's, a bound on the error of evaluation would ask for 99 terms. */
const COEFFICIENT = 0.9;

/**
 * Residual flow of images: in each level squeeze, then layers `y = x + g(x)` of convolutional contractions with activation
 * normalisation before each, then half of the channels is factored out (Chen et al. 2019, arXiv:1906.02735, section 4;
 * Behrmann et al. 2019, arXiv:1811.00995). They squeeze without factoring out.
 *
 * Log-densities are estimates: see {@link ResidualSeries} for what is random in training and fixed in evaluation. By
 * default, what is cut off of the series is below 0.01 bits per dimension, whatever the weights: 0.0004 nats for each
 * layer of the first level, half of that for the second, and so on. The vectors' error has no such bound; give more
 * `evaluationProbes` for figures to report. Sampling is a fixed-point iteration in each layer. With
 * a context the networks see it at every pixel.
 *
 * @throws ShapeError for images that cannot be halved `levels` times; DomainError for other options that make no sense.
 */
export function imageResidual(options: ImageResidualOptions): Flow {
  const name = "residual";
  const own = ["levels", "layers", "hidden", "coefficient", "iterations", "logDet"];
  const { shape, condShape } = imageShapesOf(name, options, own);
  const { layers = 8 } = options;
  const levels = levelsOf(name, shape, options.levels);
  let inner = squeezedShape(shape);
  const squeezed = repeat(name, levels, () => {
    const step = () => residualStep({ shape: inner, condShape }, options);
    const bijector = chain({ bijectors: repeat(name, layers, step) });
    const [channels, height, width] = inner;
    inner = squeezedShape([channels / 2, height, width]);
    return [{ squeezed: invert({ bijector }) }];
  });
  return imageFlow(name, options, multiScale({ levels: squeezed }));
}

function residualStep(
  { shape, condShape }: ImageLayerShapes,
  { hidden, coefficient = COEFFICIENT, iterations, logDet = usualLogDet }: ImageResidualOptions,
): Bijector[] {
  const network = lipschitzConvNet({ hidden, coefficient, iterations });
  return [
    perPixel({ shape, bijector: actNorm({ shape: [shape[0]] }) }),
    residual({ shape, condShape, network, logDet }),
  ];
}
