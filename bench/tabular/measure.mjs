import { createHash } from "node:crypto";
import { fit, fitGaussian } from "../../packages/pushforward/dist/index.js";
import { paceOf } from "../training/pace.mjs";
import { head } from "./tables.mjs";

/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("./data-sets.mjs").Split} Split */
/** @typedef {import("./flows.mjs").FlowEntry} FlowEntry */
/** @typedef {import("../../packages/pushforward/dist/index.js").Model} Model */
/** @typedef {import("../../packages/pushforward/dist/index.js").FitOptions} FitOptions */

/**
 * What decides the outcome of a run; `model` stands for everything that the flow is made of.
 * @typedef {object} Settings
 * @property {string} flow
 * @property {string} data
 * @property {number} trainRows
 * @property {number} testRows
 * @property {number} [seed]
 * @property {number} [budgetSeconds]
 * @property {number} [batchSize]
 * @property {number} [learningRate]
 * @property {number} [weightDecay]
 * @property {string} [model]
 *
 * @typedef {object} Result
 * @property {number} logLikelihood mean over the test rows, nats, in the units that the papers report
 * @property {number} standardError of that mean
 * @property {number} parameters
 * @property {number} seconds of training, validation included
 * @property {null | { steps: number, bestStep: number, publishedSteps: number | null }} training steps
 *   taken, those of the weights that were kept, and those that the paper takes; null: none needed
 */

/** Validations during a training; the weights of the best are kept. */
const VALIDATIONS = 20;

/** More validation rows than these are left out while training. */
const VALIDATION_ROWS = 5000;

/** @typedef {{ budgetSeconds: number, seed: number, testRows: number }} Given */

/**
 * The flow for a data set, its settings, and the number of steps that its paper takes.
 * @param {FlowEntry} entry @param {DataSet} set @param {Split} split @param {Given} given
 */
export function planOf(entry, set, split, { budgetSeconds, seed, testRows }) {
  const { flow, steps, ...rates } = entry.recipe(set.settings, split.train.shape[1]);
  const spec = JSON.stringify(flow.spec);
  const model = createHash("sha256").update(spec).digest("hex").slice(0, 16);
  const rows = rowsOf(split, testRows);
  const settings = { flow: entry.id, data: set.id, ...rows, seed, budgetSeconds, ...rates, model };
  return { flow, mostSteps: steps, settings };
}

/** @param {DataSet} set @param {Split} split @param {Given} given @returns {Settings} */
export function gaussianSettings(set, split, { testRows }) {
  return { flow: "gaussian", data: set.id, ...rowsOf(split, testRows) };
}

/** @param {Split} split @param {number} testRows at most */
function rowsOf({ train, test }, testRows) {
  return { trainRows: train.shape[0], testRows: Math.min(testRows, test.shape[0]) };
}

/** @typedef {import("../training/unfinished.mjs").Unfinished} Unfinished */

/**
 * Train within the budget and score the test rows.
 *
 * The paper's settings are kept but for the number of steps: as many as the budget is good for, by
 * the pace of the first ones, and the cosine schedule goes down to zero over those.
 * @param {ReturnType<typeof planOf>} plan @param {Split} split
 * @param {Unfinished | undefined} unfinished
 * @param {{ signal: AbortSignal, onProgress: NonNullable<FitOptions["onProgress"]>,
 *   keep: (unfinished: Unfinished) => void }} hooks
 * @returns {Promise<Result>}
 */
export async function measure(plan, split, unfinished, { signal, onProgress, keep }) {
  const { flow, settings, mostSteps } = plan;
  const { batchSize, learningRate, weightDecay, seed, budgetSeconds } = settings;
  const options = {
    ...{ batchSize, learningRate, weightDecay, seed, signal },
    dequantize: split.dequantize,
    validation: head(split.validation, VALIDATION_ROWS),
    patience: Infinity,
  };
  const steps =
    unfinished?.steps ??
    stepsFor(budgetSeconds, mostSteps, await paceOf(flow, split.train, options, budgetSeconds));
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
  try {
    const best = model.history.reduce((a, b) => (b.validation < a.validation ? b : a));
    return {
      ...(await score(model, split, settings.testRows)),
      parameters: model.parameterCount,
      seconds,
      training: {
        steps,
        bestStep: best.step,
        publishedSteps: Number.isFinite(mostSteps) ? mostSteps : null,
      },
    };
  } finally {
    model.dispose();
  }
}

/** A multiple of the number of validations. @param {number} budget @param {number} most @param {import("../training/pace.mjs").Pace} pace */
function stepsFor(budget, most, { secondsPerStep, secondsPerValidation }) {
  const affordable = (budget - VALIDATIONS * secondsPerValidation) / secondsPerStep;
  return VALIDATIONS * Math.max(1, Math.floor(Math.min(affordable, most) / VALIDATIONS));
}

/** The baseline in closed form. @param {Split} split @param {Settings} settings @returns {Promise<Result>} */
export async function measureGaussian(split, settings) {
  const started = performance.now();
  const model = await fitGaussian(split.train, { dequantize: split.dequantize });
  const seconds = (performance.now() - started) / 1000;
  try {
    return {
      ...(await score(model, split, settings.testRows)),
      parameters: model.parameterCount,
      seconds,
      training: null,
    };
  } finally {
    model.dispose();
  }
}

/** @param {Model} model @param {Split} split @param {number} rows */
async function score(model, split, rows) {
  const { logProb, standardError } = await model.evaluate(head(split.test, rows));
  return { logLikelihood: logProb + split.logScale, standardError };
}
