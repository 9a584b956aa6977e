import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { imageModel } from "../../packages/cli/dist/commands/image-model.js";
import { interpolationPicture } from "../../packages/cli/dist/commands/interpolation-picture.js";
import { likelihoodPicture } from "../../packages/cli/dist/commands/likelihood-picture.js";
import { reconstructionPicture } from "../../packages/cli/dist/commands/reconstruction-picture.js";
import { samplesPicture } from "../../packages/cli/dist/commands/samples-picture.js";
import { imageTrainingPicture } from "../../packages/cli/dist/commands/training-picture.js";
import { figure, scoreHistogram, writeFigure } from "../../packages/cli/dist/plot/index.js";
import { bitsPerDimension } from "../../packages/pushforward/dist/index.js";
import { dataSet } from "./data-sets.mjs";

/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */
/** @typedef {import("../../packages/pushforward/dist/index.js").Model} Model */
/** @typedef {import("../../packages/cli/dist/commands/picture.js").Picture} Picture */

/** Enough to see every pixel of an image; the pictures are committed and should be small. */
const ZOOM = 1;

/**
 * Draws what the command `plot` draws of a model, and how its likelihoods tell strange images.
 * @param {Model} model
 * @param {{ set: DataSet, title: string, test: ImageRows, seed: number, signal: AbortSignal,
 *   logMass: Record<"train" | "test" | "other", Float64Array> | null }} shown
 * @param {string} folder
 * @returns {Promise<string[]>} names of the files
 */
export async function drawPictures(model, { set, title, test, seed, signal, logMass }, folder) {
  const of = imageModel(title, model);
  if (!of) throw new Error(`${title} is no model of images`);
  const rows = model.condShape ? test : { data: test.data, shape: test.shape };
  const [count, ...shape] = test.shape;
  const images = {
    source: `${set.title}, test`,
    shape,
    count,
    pixels: test.data,
    notices: [],
  };
  const hasScales = new Set(model.latentScales ?? []).size > 1;
  /** @type {Record<string, () => Picture | Promise<Picture>>} */
  const pictures = {
    samples: () => samplesPicture(of, seed),
    interpolation: () => interpolationPicture(of, { images, rows }, seed),
    ...(hasScales && {
      reconstruction: () => reconstructionPicture(of, { images, rows }, seed),
    }),
    likelihood: () => likelihoodPicture(of, { images, rows }, seed),
    training: () => imageTrainingPicture(model),
    ...(logMass && { anomalies: () => anomaliesPicture(set, logMass, of.size) }),
  };
  mkdirSync(folder, { recursive: true });
  const files = [];
  for (const [name, draw] of Object.entries(pictures)) {
    signal.throwIfAborted();
    const { parts, subtitle } = await draw();
    const svg = figure({ title: `${title}: ${name}`, subtitle }, ...parts);
    await writeFigure(svg, join(folder, `${name}.png`), ZOOM);
    files.push(`${name}.png`);
  }
  return files;
}

/** @param {DataSet} set @param {Record<"train" | "test" | "other", Float64Array>} logMass @param {number} size */
function anomaliesPicture(set, logMass, size) {
  const other = dataSet(set.other);
  /** @param {string} name @param {Float64Array} values */
  const group = (name, values) => ({
    name,
    values: values.map((value) => bitsPerDimension(value, size)),
  });
  const groups = [
    group(`${set.title}, training`, logMass.train),
    group(`${set.title}, test`, logMass.test),
    group(`${other.title}, test`, logMass.other),
  ];
  const title = "bits per dimension";
  return {
    parts: [scoreHistogram({ groups, title, better: "left" })],
    subtitle: `${other.title} under a model of ${set.title}`,
  };
}
