import {
  actNorm,
  chain,
  coupling,
  imageCoupling,
  invert,
  invertibleConvolution,
  multiScale,
  perPixel,
  pixels,
  reshaped,
} from "pushforward/bijectors";
import { normal, transformed } from "pushforward/distributions";
import { convNet, mlp } from "pushforward/networks";
import { affine } from "pushforward/transformers";
import { BITS, CLASSES, SIDE } from "./digits-images.mjs";

/**
 * @typedef {object} Sizes
 * @property {number} fine Glow's steps in the fine scale
 * @property {number} coarse Glow's steps in the coarse scale
 * @property {number[]} hidden channels of their networks
 * @property {number} wholes couplings of the coarse scale that see all of it at once
 * @property {number[]} wholeHidden units of their networks
 */

/** @type {Sizes} */
export const SIZES = { fine: 4, coarse: 3, hidden: [48, 48], wholes: 8, wholeHidden: [64, 64] };

const condShape = [CLASSES.length];

/** Bound of the couplings' log-scales: the first steps of training move all of them at once. */
const transformer = affine({ maxLogScale: 2 });

/**
 * Glow (Kingma and Dhariwal 2018, arXiv:1807.03039) given the class, of two scales, with couplings of
 * the whole coarse scale nearest to the base: convolutions alone see a stroke, not a digit, and make
 * digits that fall apart.
 * @param {Sizes} sizes
 */
export function digitsFlow(
  { fine, coarse, hidden, wholes, wholeHidden },
  bits = BITS,
  alpha = 1e-6,
) {
  const fineShape = [4, SIDE / 2, SIDE / 2];
  const coarseShape = [8, SIDE / 4, SIDE / 4];
  const fineSteps = Array.from({ length: fine }, (_, step) => glowStep(fineShape, hidden, step));
  const coarseSteps = Array.from({ length: coarse }, (_, step) =>
    glowStep(coarseShape, hidden, fine + step),
  );
  const wholeSteps = Array.from({ length: wholes }, (_, step) =>
    wholeStep(coarseShape, wholeHidden, step),
  );
  const map = multiScale({
    levels: [
      { squeezed: fromData(fineSteps.flat()) },
      { squeezed: fromData([...coarseSteps.flat(), ...wholeSteps, classPrior(coarseShape)]) },
    ],
    prior: convNet({ hidden: [32] }),
  });
  const scale = pixels({ shape: map.shape, values: 2 ** bits, alpha });
  return transformed({
    base: normal({ shape: map.shape }),
    bijector: chain({ bijectors: [map, scale] }),
    name: "glow",
  });
}

/** Layers in their order from the data. @param {import("pushforward").Bijector[]} bijectors */
function fromData(bijectors) {
  return invert({ bijector: chain({ bijectors }) });
}

/** @param {number[]} shape @param {number[]} hidden @param {number} seed of the rotation */
function glowStep(shape, hidden, seed) {
  const channels = [shape[0]];
  const conditioner = convNet({ hidden });
  return [
    perPixel({ shape, bijector: actNorm({ shape: channels }) }),
    invertibleConvolution({ shape, seed }),
    imageCoupling({ shape, transformer, conditioner, mask: "channels", condShape }),
  ];
}

/** A coupling whose network sees all numbers that stay. @param {number[]} shape @param {number[]} hidden @param {number} step */
function wholeStep(shape, hidden, step) {
  const size = shape[0] * shape[1] * shape[2];
  const conditioner = mlp({ hidden });
  const mask = Array.from({ length: size }, (_, i) => isKept(i, shape, step));
  return reshaped({
    shape,
    bijector: chain({
      bijectors: [
        actNorm({ shape: [size] }),
        coupling({ shape: [size], transformer, conditioner, mask, condShape }),
      ],
    }),
  });
}

/** Two steps change all numbers; every further two divide them another way. @param {number} index @param {number[]} shape @param {number} step */
function isKept(index, [channels, height, width], step) {
  const channel = Math.floor(index / (height * width));
  const [row, column] = [Math.floor(index / width) % height, index % width];
  const divisions = [row + column + channel, channel, Math.floor((2 * channel) / channels)];
  return (divisions[Math.floor(step / 2) % divisions.length] + step) % 2 === 0;
}

/** The coarse latents are normal, with mean and scale given by the class. @param {number[]} shape */
function classPrior(shape) {
  const size = shape[0] * shape[1] * shape[2];
  const mask = new Array(size).fill(false);
  const vector = coupling({
    shape: [size],
    transformer: affine(),
    conditioner: mlp({ hidden: [] }),
    mask,
    condShape,
  });
  return reshaped({ shape, bijector: vector });
}
