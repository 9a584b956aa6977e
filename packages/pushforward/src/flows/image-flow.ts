import { chain } from "../bijectors/chain.ts";
import { imageCoupling } from "../bijectors/image-coupling.ts";
import { invert } from "../bijectors/invert.ts";
import { pixels } from "../bijectors/pixels.ts";
import { variationalDequantization } from "../bijectors/variational-dequantization.ts";
import type { Bijector } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import type { Distribution, Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { checkImage, checkSqueezes, type ImageShape, timesHalved } from "../core/image.ts";
import type { Shape } from "../core/shape.ts";
import { normal } from "../distributions/normal.ts";
import { transformed } from "../distributions/transformed.ts";
import { convNet } from "../networks/conv-net.ts";
import { affine } from "../transformers/affine.ts";

/** What the builders of all flows of images take. */
export interface ImageFlowOptions {
  /** `[channels, height, width]`. */
  shape: Shape;
  /** Length of the context, such as the number of classes told by one-hot vectors; default 0: unconditional. */
  context?: number | undefined;
  /** Bits of a pixel: its values are 0 to 2^bits - 1; default 8. */
  bits?: number | undefined;
  /** See {@link pixels}; default 1e-6, which lets pixels that are black or white spread out. */
  alpha?: number | null | undefined;
  /**
   * How pixel values are spread over their cells: evenly (`"uniform"`), or as a flow learns to
   * (`"variational"`, see {@link variationalDequantization}); each builder has its own default.
   */
  dequantization?: "uniform" | "variational" | undefined;
  /** The base distribution, of the same shape; default the standard normal. */
  base?: Distribution | undefined;
}

/** What builders of multi-scale flows take besides. */
export interface MultiScaleFlowOptions extends ImageFlowOptions {
  /** Number of scales; default 3, or as often as the image can be halved. */
  levels?: number | undefined;
}

/** What is the same in all layers. */
export interface ImageLayerShapes {
  readonly shape: ImageShape;
  readonly condShape: readonly [number] | null;
}

const names = ["shape", "context", "bits", "alpha", "dequantization", "base"];

/** Most bits of a pixel: beyond, float32 has too few digits left for the place within a cell. */
const MOST_BITS = 12;

/**
 * Check what all builders take, and the names of all options.
 *
 * @param others the names of the options that are a builder's own.
 * @throws ShapeError, DomainError.
 */
export function imageShapesOf(
  name: string,
  options: ImageFlowOptions,
  others: readonly string[],
): ImageLayerShapes {
  const { context = 0, bits = 8, dequantization = "uniform" } = options;
  checkOptionNames(name, options, [...names, ...others]);
  const shape = checkImage(name, options.shape);
  checkCount(name, "context", context, 0);
  checkCount(name, "bits", bits, 1, MOST_BITS);
  if (dequantization !== "uniform" && dequantization !== "variational") {
    throw new DomainError(
      `${name}: dequantization must be "uniform" or "variational", got ${JSON.stringify(dequantization)}.`,
    );
  }
  return { shape, condShape: context > 0 ? [context] : null };
}

/** Bound of the log-scales of affine couplings: the first steps of training move all of them at once. */
export const MAX_LOG_SCALE = 2;

/** Usual number of scales. */
const LEVELS = 3;

/**
 * The number of scales.
 *
 * @throws DomainError when it is no positive integer; ShapeError naming the sizes that work for images that cannot
 * be halved so often.
 */
export function levelsOf(name: string, shape: ImageShape, levels: number | undefined): number {
  if (levels === undefined) {
    const most = Math.min(LEVELS, timesHalved(shape));
    checkSqueezes(name, shape, Math.max(1, most));
    return most;
  }
  checkCount(name, "levels", levels);
  checkSqueezes(name, shape, levels);
  return levels;
}

/** A flow of pixels: base, the given map, the scale of pixels, and what spreads them over their cells. */
export function imageFlow(name: string, options: ImageFlowOptions, bijector: Bijector): Flow {
  const { bits = 8, alpha = 1e-6, dequantization, base } = options;
  const { shape } = bijector;
  const values = 2 ** bits;
  const members = [bijector, pixels({ shape, values, alpha })];
  if (dequantization === "variational") {
    members.push(variationalDequantization({ noise: noiseFlow(shape), values }));
  }
  return transformed({
    base: base ?? normal({ shape }),
    bijector: chain({ bijectors: members }),
    name,
  });
}

/** Affine couplings on checkerboards that see the image: the flow of the noise within the cells. */
function noiseFlow(shape: Shape): Bijector {
  const conditioner = convNet({ hidden: [32, 32] });
  const layers = [false, true, false, true].map((flip) =>
    imageCoupling({
      shape,
      transformer: affine(),
      conditioner,
      mask: "checkerboard",
      flip,
      condShape: shape,
    }),
  );
  return invert({ bijector: chain({ bijectors: layers }) });
}
