import { table } from "./markdown.mjs";

/** @typedef {import("./anomalies.mjs").Anomalies} Anomalies */
/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {{ data: DataSet["id"], anomalies: Anomalies }} Found `data`: what the model was fitted to */

const about = [
  "How well a model tells test images of its own kind from those of another: the area under the ROC " +
    "curve of a score, higher for anomalies. 1 is a perfect score, 0.5 is as good as chance, and below " +
    "0.5 the others look less strange than its own.",
  [
    "- Low likelihood: −log p(x).",
    "- Typicality: |log p(x) − m|, where m is the mean of log p over training images, as many as test " +
      "images (Nalisnick et al. 2019, arXiv:1906.02994, for single images).",
    "- A scale with d latents z: ||z|² − d| / √(2d). Under the model z is standard normal, so that |z|² " +
      "has the mean d and the variance 2d. All latents: the sum of the squares of these over the scales.",
  ].join("\n"),
];

/**
 * The sections on anomalies, in Markdown; none where nothing was found.
 * @param {readonly Found[]} found @param {readonly DataSet[]} dataSets
 * @returns {string[]}
 */
export function anomaliesSection(found, dataSets) {
  if (found.length === 0) return [];
  /** @param {DataSet["id"]} id */
  const titleOf = (id) => dataSets.find((set) => set.id === id)?.title ?? id;
  const scaleCount = Math.max(...found.map(({ anomalies }) => anomalies.auroc.scales.length));
  const scales = Array.from({ length: scaleCount }, (_, scale) => scaleName(scale, scaleCount));
  return [
    "## Anomalies",
    ...about,
    table(
      ["fitted to", "other images", "low likelihood", "typicality", "all latents", ...scales],
      found.map(({ data, anomalies: { other, auroc } }) => [
        ...[titleOf(data), titleOf(other)],
        ...[auroc.likelihood, auroc.typicality, auroc.latents].map(threeDigits),
        ...scales.map((_, scale) => threeDigits(auroc.scales[scale])),
      ]),
    ),
    "Mean bits per dimension, and mean of |z|² / d by scale, which is 1 under the model:",
    table(
      ["fitted to", "images", "bits/dim", ...scales],
      found.flatMap(({ data, anomalies: { other, bitsPerDimension: bits, energies } }) => [
        [titleOf(data), "its own, training", threeDigits(bits.train), ...scales.map(() => "–")],
        [
          ...["", "its own, test", threeDigits(bits.test)],
          ...scales.map((_, scale) => threeDigits(energies.test[scale])),
        ],
        [
          ...["", `${titleOf(other)}, test`, threeDigits(bits.other)],
          ...scales.map((_, scale) => threeDigits(energies.other[scale])),
        ],
      ]),
    ),
  ];
}

/** @param {number | undefined} value */
function threeDigits(value) {
  return value?.toFixed(3) ?? "–";
}

/** @param {number} scale @param {number} count */
function scaleName(scale, count) {
  if (scale === 0) return "finest scale";
  return scale === count - 1 ? "coarsest scale" : `scale ${scale + 1}`;
}
