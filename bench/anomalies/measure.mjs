import { trainingOptions } from "../../packages/cli/dist/commands/fit-settings.js";
import { splitRows } from "../../packages/cli/dist/table/split-rows.js";
import { fit, fitGaussian, fitGaussianMixture } from "../../packages/pushforward/dist/index.js";
import { scoreTable } from "../../packages/pushforward/dist/tables/index.js";
import { detection } from "./detection.mjs";
import { peerScores } from "./peers.mjs";
import { untrained } from "./plan.mjs";

/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("./plan.mjs").Detector} Detector */
/** @typedef {import("./plan.mjs").Prepared} Prepared */
/** @typedef {import("../../packages/pushforward/dist/index.js").Model} Model */

/**
 * @typedef {object} Result
 * @property {number} auroc
 * @property {number} averagePrecision
 * @property {number} fitSeconds
 * @property {number} scoreSeconds of all rows
 * @property {number} [outside] rows that the model cannot produce; they get the highest score
 * @property {string} [flow] what was fitted, where that was found out while fitting
 * @property {{ steps: number, bestStep: number }} [training] steps taken, and those of the weights that were kept
 * @property {string[]} [notices]
 * @property {Record<string, string>} [versions]
 */

/**
 * @typedef {object} Hooks
 * @property {AbortSignal} signal
 * @property {import("../../packages/pushforward/dist/index.js").FitOptions["onProgress"]} onProgress
 * @property {ReturnType<typeof import("../training/unfinished.mjs").unfinishedRun>} unfinished
 */

/**
 * Fit to rows without their labels, score all rows, and judge the scores by the labels. A training that was stopped
 * goes on.
 * @param {DataSet} set @param {Prepared} prepared @param {Detector} detector
 * @param {{ steps: number, python: string }} given @param {Hooks} hooks
 * @returns {Promise<Result>}
 */
export async function measure(set, prepared, detector, { steps, python }, hooks) {
  if (detector.kind === "peer") {
    const { seed, chosen } = prepared;
    const request = { path: set.path, detector: detector.id, seed, train: chosen };
    const { scores, ...rest } = await peerScores(python, request, hooks.signal);
    return { ...detection(scores, set.labels), ...rest };
  }
  const before = hooks.unfinished.read();
  const started = performance.now() - 1000 * (before?.seconds ?? 0);
  const fitted =
    detector.kind === "flow"
      ? await fitFlow(prepared, detector, { steps, started, resume: before?.checkpoint }, hooks)
      : await fitBaseline(prepared, detector);
  const { model, ...rest } = fitted;
  try {
    const fitSeconds = (performance.now() - started) / 1000;
    const { logProb } = await scoreTable(model, set.table);
    const scoreSeconds = (performance.now() - started) / 1000 - fitSeconds;
    const found = detection(
      logProb.map((value) => -value),
      set.labels,
    );
    const outside = logProb.filter((value) => value === -Infinity).length;
    return { ...found, fitSeconds, scoreSeconds, outside, ...rest };
  } finally {
    model.dispose();
  }
}

/**
 * As `pushforward fit --test 0` does.
 * @param {Prepared} prepared @param {Detector} detector
 * @param {{ steps: number, started: number, resume: Uint8Array | undefined }} given @param {Hooks} hooks
 */
async function fitFlow(prepared, detector, { steps, started, resume }, hooks) {
  const { seed, schema, encoded } = prepared;
  const { signal, onProgress, unfinished } = hooks;
  let taken = 0;
  /** @type {string[]} */
  const notices = [];
  const { train, ...options } = partsOf(prepared);
  const model = await fit(untrained(prepared, detector), train, {
    ...{ ...trainingOptions(encoded.shape[0], { seed, steps }), ...options, table: schema },
    ...{ signal, resume },
    onProgress(progress) {
      if (progress.type === "step") taken = progress.step;
      if (progress.type === "notice") notices.push(progress.message);
      onProgress?.(progress);
    },
    onCheckpoint: (checkpoint) =>
      unfinished.keep({ steps, seconds: (performance.now() - started) / 1000, checkpoint }),
  });
  const best = model.history.reduce((a, b) => (b.validation < a.validation ? b : a));
  return { model, training: { steps: taken, bestStep: best.step }, notices };
}

/** @param {Prepared} prepared @param {Detector} detector @returns {Promise<{ model: Model, flow?: string }>} */
async function fitBaseline(prepared, { id }) {
  const { train, ...options } = partsOf(prepared);
  if (id === "gaussian") return { model: await fitGaussian(train, options) };
  const model = await fitGaussianMixture(train, options);
  return { model, flow: model.flowName };
}

/** The rows and options that flows and baselines share. @param {Prepared} prepared */
function partsOf({ columns, encoded, seed }) {
  const { train, validation } = splitRows("", encoded, 0, seed);
  return { train, columns, validation, seed, dequantize: /** @type {const} */ ("none") };
}
