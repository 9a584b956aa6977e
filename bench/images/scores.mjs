import { noisyImages } from "./noisy-images.mjs";

/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */
/** @typedef {import("../../packages/pushforward/dist/index.js").Model} Model */

/**
 * The log-density of each image with its noise, in nats: a lower bound of the log-mass of its pixel
 * values, as papers report it.
 * @param {Model} model @param {ImageRows} images @param {number} seed of the noise
 * @param {AbortSignal} signal
 */
export async function logMasses(model, images, seed, signal) {
  const size = images.data.length / images.shape[0];
  const values = new Float64Array(images.shape[0]);
  let place = 0;
  for (const noisy of noisyImages(images, seed)) {
    signal.throwIfAborted();
    values.set(await model.logProb(noisy, contextOf(model, noisy)), place);
    place += noisy.data.length / size;
  }
  if (values.every(Number.isFinite)) return values;
  throw new Error("an image has no finite likelihood");
}

/**
 * The squared length of the latents of each scale, for each image with its noise.
 * @param {Model} model @param {ImageRows} images @param {number} seed @param {AbortSignal} signal
 * @returns {Promise<{ lengths: Float64Array[], sizes: number[] }>} squared lengths of all images, and
 *   the number of latents, for each scale, the finest first
 */
export async function squaredLengths(model, images, seed, signal) {
  const scales = model.latentScales ?? new Array(model.columns.length).fill(0);
  const sizes = Array.from(
    new Set(scales),
    (_, scale) => scales.filter((other) => other === scale).length,
  );
  const lengths = sizes.map(() => new Float64Array(images.shape[0]));
  let place = 0;
  for (const noisy of noisyImages(images, seed)) {
    signal.throwIfAborted();
    const { data } = await model.encode(noisy, contextOf(model, noisy));
    data.forEach((value, i) => {
      const image = place + Math.floor(i / scales.length);
      lengths[scales[i % scales.length]][image] += value * value;
    });
    place += data.length / scales.length;
  }
  return { lengths, sizes };
}

/** @param {Model} model @param {import("./noisy-images.mjs").NoisyImages} images */
function contextOf({ condShape }, { context }) {
  return condShape ? { context } : {};
}
