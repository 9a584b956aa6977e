import { noisyImages } from "./noisy-images.mjs";

/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */

/** Values of a pixel. */
const VALUES = 256;

/** What Papamakarios et al. 2017 have for MNIST. */
const ALPHA = 1e-6;

/**
 * What separates log-densities of pixel values from those that the MAF paper reports, which are of
 * `z = logit(alpha + (1 - 2 alpha) p)` for `p = (pixel + u) / 256`: `log p(z) = log p(x) - log |dz/dx|`.
 * @param {ArrayLike<number>} noisy numbers of one image, `pixel + u - 1/2`
 * @returns {number} `log |dz/dx|`, the sum over the image
 */
export function logitLogDet(noisy) {
  let sum = 0;
  for (let i = 0; i < noisy.length; i++) {
    const p = (noisy[i] + 0.5) / VALUES;
    const below = ALPHA + (1 - 2 * ALPHA) * p;
    const above = ALPHA + (1 - 2 * ALPHA) * (1 - p);
    sum -= Math.log(below) + Math.log(above);
  }
  return sum + noisy.length * Math.log((1 - 2 * ALPHA) / VALUES);
}

/** {@link logitLogDet} of each image with its noise. @param {ImageRows} images @param {number} seed */
export function logitLogDets(images, seed) {
  const size = images.data.length / images.shape[0];
  return Float64Array.from(
    [...noisyImages(images, seed)].flatMap(({ data, shape: [count] }) =>
      Array.from({ length: count }, (_, i) => logitLogDet(data.subarray(i * size, (i + 1) * size))),
    ),
  );
}

/** What is added to the log-density of pixel values for that of `(pixel + u) / 256`. @param {number} size */
export function unitCubeShift(size) {
  return size * Math.log(VALUES);
}
