import { bitsPerDimension } from "../../packages/pushforward/dist/index.js";
import { meanAndError } from "../training/mean-and-error.mjs";
import { auroc } from "./auroc.mjs";
import { logMasses, squaredLengths } from "./scores.mjs";

/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */
/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("../../packages/pushforward/dist/index.js").Model} Model */

/**
 * How well a model tells images of another kind from test images of its own kind.
 * @typedef {object} Anomalies
 * @property {DataSet["id"]} other where the strange images are from
 * @property {number} images of each kind
 * @property {{ train: number, test: number, other: number }} bitsPerDimension means
 * @property {{ test: number[], other: number[] }} energies mean of |z|^2 / d for each scale, the
 *   finest first
 * @property {{ likelihood: number, typicality: number, latents: number, scales: number[] }} auroc of
 *   the scores that {@link measureAnomalies} names
 */

/**
 * Four scores, higher is stranger: the negative log-mass; its distance from the mean over training
 * images, `|log p(x) - mean|` (Nalisnick et al. 2019, arXiv:1906.02994, for single images); for each
 * scale of d latents `| |z|^2 - d | / sqrt(2 d)`, as |z|^2 under the model is chi-squared with mean d
 * and variance 2 d; and over all scales the sum of the squares of these.
 * @param {Model} model
 * @param {{ train: ImageRows, test: ImageRows, other: ImageRows }} images
 * @param {{ test: Float64Array, id: DataSet["id"], seed: number, signal: AbortSignal }} known the
 *   log-masses of the test images, and the name of the others
 * @returns {Promise<{ anomalies: Anomalies, logMass: Record<"train" | "test" | "other", Float64Array> }>}
 */
export async function measureAnomalies(model, { train, test, other }, known) {
  const { seed, signal } = known;
  const size = model.columns.length;
  const logMass = {
    train: await logMasses(model, train, seed, signal),
    test: known.test,
    other: await logMasses(model, other, seed, signal),
  };
  const typical = meanAndError(logMass.train).mean;
  const latents = {
    test: await squaredLengths(model, test, seed, signal),
    other: await squaredLengths(model, other, seed, signal),
  };
  const distances = { test: distancesOf(latents.test), other: distancesOf(latents.other) };

  /** @param {(kind: "test" | "other") => ArrayLike<number>} score */
  const compared = (score) => auroc(score("test"), score("other"));
  /** @param {"train" | "test" | "other"} kind */
  const bits = (kind) => bitsPerDimension(meanAndError(logMass[kind]).mean, size);
  const anomalies = {
    other: known.id,
    images: other.shape[0],
    bitsPerDimension: { train: bits("train"), test: bits("test"), other: bits("other") },
    energies: { test: energiesOf(latents.test), other: energiesOf(latents.other) },
    auroc: {
      likelihood: compared((kind) => logMass[kind].map((value) => -value)),
      typicality: compared((kind) => logMass[kind].map((value) => Math.abs(value - typical))),
      latents: compared((kind) => sumOfSquares(distances[kind])),
      scales: distances.test.map((_, scale) => compared((kind) => distances[kind][scale])),
    },
  };
  return { anomalies, logMass };
}

/** @typedef {Awaited<ReturnType<typeof squaredLengths>>} Latents */

/** `| |z|^2 - d | / sqrt(2 d)` of each image, for each scale. @param {Latents} latents */
export function distancesOf({ lengths, sizes }) {
  return lengths.map((values, scale) => {
    const size = sizes[scale];
    return values.map((value) => Math.abs(value - size) / Math.sqrt(2 * size));
  });
}

/** @param {Latents} latents */
function energiesOf({ lengths, sizes }) {
  return lengths.map((values, scale) => meanAndError(values).mean / sizes[scale]);
}

/** Over the scales, for each image. @param {readonly Float64Array[]} distances */
function sumOfSquares(distances) {
  return distances[0].map((_, image) =>
    distances.reduce((sum, values) => sum + values[image] ** 2, 0),
  );
}
