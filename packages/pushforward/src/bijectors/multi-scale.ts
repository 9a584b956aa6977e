import type { Bijector } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { DomainError, ShapeError } from "../core/errors.ts";
import { checkImage, type ImageShape, squeezedShape } from "../core/image.ts";
import type { ImageNetwork } from "../core/network.ts";
import { sameShape, showShape } from "../core/shape.ts";
import { affine } from "../transformers/affine.ts";
import { chain } from "./chain.ts";
import { factorOut } from "./factor-out.ts";
import { imageCoupling } from "./image-coupling.ts";
import { squeezed } from "./squeezed.ts";

/** One scale of a multi-scale flow, of images `[c, h, w]`. */
export interface Level {
  /** A bijector on the images as they are, nearer to the data. */
  readonly image?: Bijector | undefined;
  /** A bijector on the squeezed images, `[4 c, h / 2, w / 2]`, nearer to the base. */
  readonly squeezed: Bijector;
}

export interface MultiScaleOptions {
  /** The finest first, whose images are the data; each later one has `[2 c, h / 2, w / 2]` of the one before. */
  levels: readonly Level[];
  /**
   * The network from the channels that stay to mean and scale of those that are factored out, their learned
   * prior; default: none, they are modelled as the base has them.
   */
  prior?: ImageNetwork | undefined;
}

/**
 * A multi-scale flow of images: in each level on the way from the data a bijector on the image, squeeze, a
 * bijector on the squeezed image, and factor out the second half of the channels; the other half is the image
 * of the next level, and the last keeps all (Dinh et al. 2017, arXiv:1605.08803, section 3.6).
 *
 * With `prior`, the factored-out half is normal given the other, `z_2 = (x_2 - m(x_1)) exp(-s(x_1))`: an affine
 * coupling right before it leaves (Kingma and Dhariwal 2018, arXiv:1807.03039, their "split").
 *
 * Latents have the shape of the image; {@link Bijector.scales} tells which belong to which level.
 *
 * @throws DomainError for no levels; ShapeError for a level of another shape than the one before leaves.
 */
export function multiScale({ levels, prior }: MultiScaleOptions): Bijector {
  const [level, ...coarser] = levels;
  if (!level) throw new DomainError("multiScale: got no levels, expected at least one.");
  checkBijector("multiScale: squeezed", level.squeezed);
  const inner = checkImage("multiScale", level.squeezed.shape);
  const shape: ImageShape = [inner[0] / 4, 2 * inner[1], 2 * inner[2]];
  checkLevel(level, shape);
  const members = [level.squeezed];
  if (coarser.length > 0) {
    if (prior) members.unshift(splitPrior(inner, prior, level.squeezed.condShape));
    members.unshift(factorOut({ shape: inner, bijector: nextLevel(inner, coarser, prior) }));
  }
  const bijector = squeezed({ shape, bijector: chainOf(members) });
  return chainOf(level.image ? [bijector, level.image] : [bijector]);
}

function checkLevel({ image, squeezed: { kind } }: Level, shape: ImageShape): void {
  if (!Number.isInteger(shape[0])) {
    throw new ShapeError(
      `multiScale: ${kind} works on ${4 * shape[0]} channels; squeezed images have a multiple of 4.`,
    );
  }
  if (!image || sameShape(image.shape, shape)) return;
  throw new ShapeError(
    `multiScale: the two bijectors of a level work on ${showShape(image.shape)} and, squeezed, on ` +
      `${showShape(squeezedShape(shape))}; expected ${showShape(shape)} for the first.`,
  );
}

function nextLevel(inner: ImageShape, levels: readonly Level[], prior?: ImageNetwork): Bijector {
  const next = multiScale({ levels, prior });
  const [channels, height, width] = inner;
  const expected = [channels / 2, height, width];
  if (sameShape(next.shape, expected)) return next;
  throw new ShapeError(
    `multiScale: a level works on ${showShape(next.shape)}, but the one before it leaves ${showShape(expected)}: ` +
      "half of its squeezed channels.",
  );
}

/** What a level factors out is normal, given what stays. */
function splitPrior(
  shape: ImageShape,
  conditioner: ImageNetwork,
  condShape: Bijector["condShape"],
): Bijector {
  const context = condShape?.length === 1 ? { condShape } : {};
  return imageCoupling({ shape, transformer: affine(), conditioner, mask: "channels", ...context });
}

function chainOf(members: Bijector[]): Bijector {
  return members.length === 1 ? (members[0] as Bijector) : chain({ bijectors: members });
}
