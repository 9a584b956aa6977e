import { createHash } from "node:crypto";
import { bestEntry } from "../../packages/cli/dist/commands/best-entry.js";
import { contextsOf } from "../../packages/cli/dist/images/image-rows.js";
import { bitsPerDimension, fit } from "../../packages/pushforward/dist/index.js";
import { describeMachine } from "../machine.mjs";
import { meanAndError } from "../training/mean-and-error.mjs";
import { paceOf } from "../training/pace.mjs";
import { logitLogDets, unitCubeShift } from "./logit-space.mjs";
import { logMasses } from "./scores.mjs";

/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("./data-sets.mjs").Split} Split */
/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */
/** @typedef {import("./flows.mjs").FlowEntry} FlowEntry */
/** @typedef {import("../../packages/pushforward/dist/index.js").Model} Model */
/** @typedef {import("../../packages/pushforward/dist/index.js").FitOptions} FitOptions */
/** @typedef {import("../training/unfinished.mjs").Unfinished} Unfinished */
/** @typedef {{ mean: number, standardError: number }} MeanAndError */

/**
 * What decides the outcome of a run; `model` stands for everything that the flow is made of.
 * @typedef {object} Settings
 * @property {string} flow
 * @property {DataSet["id"]} data
 * @property {number} trainImages
 * @property {number} validationImages
 * @property {number} testImages
 * @property {number} seed
 * @property {number} budgetSeconds
 * @property {number} batchSize
 * @property {number} learningRate
 * @property {string} model
 */

/**
 * Log-likelihoods of the test images with noise, in three units.
 * @typedef {object} Scores
 * @property {MeanAndError} bitsPerDimension
 * @property {MeanAndError} unitCube nats, of `(pixel + u) / 256`: NICE's
 * @property {MeanAndError | null} logitSpace nats, of the logit of those: the MAF paper's; null where
 *   the flow learns the noise
 */

/**
 * @typedef {object} Training
 * @property {number} parameters
 * @property {number} seconds validation included
 * @property {number} steps taken
 * @property {number} bestStep that of the weights that were kept
 * @property {number} epochs passes over the training images
 * @property {string} engine
 * @property {string} machine
 */

/**
 * @typedef {Scores & Training & { anomalies: import("./anomalies.mjs").Anomalies | null,
 *   pictures: string[] }} Result
 */

/** Validations during a training; the weights of the best are kept. */
const VALIDATIONS = 20;

/**
 * The flow for a data set, and its settings.
 * @param {FlowEntry} entry @param {DataSet} set @param {Split} split
 * @param {{ budgetSeconds: number, seed: number }} given
 */
export function planOf(entry, set, split, { budgetSeconds, seed }) {
  const { givenClass, batchSize, learningRate } = entry;
  const [, ...shape] = split.train.shape;
  const context = givenClass ? (split.train.labels?.classes.length ?? 0) : 0;
  const flow = entry.build({ shape, context });
  /** @type {Settings} */
  const settings = {
    flow: entry.id,
    data: set.id,
    trainImages: split.train.shape[0],
    validationImages: split.validation.shape[0],
    testImages: split.test.shape[0],
    ...{ seed, budgetSeconds, batchSize, learningRate },
    model: createHash("sha256").update(JSON.stringify(flow.spec)).digest("hex").slice(0, 16),
  };
  return { entry, flow, settings };
}

/** What the files of a run are called. @param {Pick<Settings, "data" | "flow">} settings */
export function runName({ data, flow }) {
  return `${data}-${flow}`;
}

/**
 * Train within the budget: as many steps as it is good for, by the pace of the first ones, and the
 * cosine schedule goes down to zero over those.
 * @param {ReturnType<typeof planOf>} plan @param {Split} split
 * @param {Unfinished | undefined} unfinished
 * @param {{ signal: AbortSignal, onProgress: NonNullable<FitOptions["onProgress"]>,
 *   keep: (unfinished: Unfinished) => void }} hooks
 * @returns {Promise<{ model: Model, training: Training }>}
 */
export async function train({ entry, flow, settings }, split, unfinished, hooks) {
  const { batchSize, learningRate, seed, budgetSeconds } = settings;
  const { signal, onProgress, keep } = hooks;
  const { labels } = split.train;
  const options = {
    ...{ batchSize, learningRate, seed, signal },
    validation: split.validation,
    patience: Infinity,
    ...(entry.givenClass && {
      context: contextsOf(labels),
      validationContext: contextsOf(split.validation.labels),
      contextNames: labels?.classes,
    }),
  };
  const steps =
    unfinished?.steps ??
    stepsFor(budgetSeconds, await paceOf(flow, split.train, options, budgetSeconds));
  let [seconds, since] = [unfinished?.seconds ?? 0, performance.now()];
  const model = await fit(flow, split.train, {
    ...{ ...options, steps, onProgress, resume: unfinished?.checkpoint },
    validateEvery: steps / VALIDATIONS,
    checkpointEvery: steps / VALIDATIONS,
    onCheckpoint: (checkpoint) => {
      const now = performance.now();
      [seconds, since] = [seconds + (now - since) / 1000, now];
      keep({ steps, seconds, checkpoint });
    },
  });
  const { cpu, processors } = describeMachine();
  const training = {
    ...{ parameters: model.parameterCount, seconds, steps },
    bestStep: bestEntry(model.history)?.step ?? steps,
    epochs: (steps * batchSize) / settings.trainImages,
    engine: model.engineName ?? "unknown",
    machine: `${cpu}, ${processors} processors`,
  };
  return { model, training };
}

/** A multiple of the number of validations. @param {number} budget @param {import("../training/pace.mjs").Pace} pace */
function stepsFor(budget, { secondsPerStep, secondsPerValidation }) {
  const affordable = (budget - VALIDATIONS * secondsPerValidation) / secondsPerStep;
  return VALIDATIONS * Math.max(1, Math.floor(affordable / VALIDATIONS));
}

/**
 * @param {ReturnType<typeof planOf>} plan @param {Model} model @param {ImageRows} test
 * @param {AbortSignal} signal
 * @returns {Promise<{ scores: Scores, logMass: Float64Array }>}
 */
export async function score({ entry, settings: { seed } }, model, test, signal) {
  const logMass = await logMasses(model, test, seed, signal);
  return { scores: scoresOf(logMass, test, seed, entry.learnsNoise), logMass };
}

/**
 * @param {Float64Array} logMass of each image with its noise @param {ImageRows} images
 * @param {number} seed of the noise @param {boolean} learnsNoise
 * @returns {Scores}
 */
export function scoresOf(logMass, images, seed, learnsNoise) {
  const size = images.data.length / images.shape[0];
  const shift = unitCubeShift(size);
  const logDets = learnsNoise ? null : logitLogDets(images, seed);
  return {
    bitsPerDimension: meanAndError(logMass.map((value) => bitsPerDimension(value, size))),
    unitCube: meanAndError(logMass.map((value) => value + shift)),
    logitSpace: logDets && meanAndError(logMass.map((value, i) => value - logDets[i])),
  };
}
