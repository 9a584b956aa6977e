import { contextsOf } from "../../packages/cli/dist/images/image-rows.js";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";

/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */
/** @typedef {import("../../packages/cli/dist/images/image-rows.js").Contexts} Contexts */

/**
 * Images whose pixels have left the whole numbers.
 * @typedef {object} NoisyImages
 * @property {Float32Array} data pixel + u - 1/2 with u uniform on [0, 1), rounded as models see it
 * @property {[number, ...number[]]} shape
 * @property {Contexts} [context] one-hot classes
 */

/** A stop has to wait for no more images than these. */
const CHUNK = 1024;

/**
 * Images with noise, some at a time: equal seeds give equal noise, whatever is done with it.
 * @param {ImageRows} images @param {number} seed
 * @returns {Generator<NoisyImages>}
 */
export function* noisyImages({ data, shape: [count, ...image], labels }, seed) {
  const random = hostRandom(seed);
  const size = data.length / count;
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    const pixels = data.subarray(from * size, to * size);
    yield {
      data: Float32Array.from(pixels, (value) => value + random.uniform() - 0.5),
      shape: [to - from, ...image],
      context: contextsOf(labels && { ...labels, values: labels.values.subarray(from, to) }),
    };
  }
}
