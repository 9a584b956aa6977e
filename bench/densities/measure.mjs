import { createHash } from "node:crypto";
import { fit } from "../../packages/pushforward/dist/index.js";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { meanAndError } from "../training/mean-and-error.mjs";
import { encodeMap, mapGrid, peakOf } from "./density-maps.mjs";

/** @typedef {import("./targets.mjs").Target} Target */
/** @typedef {import("./flows.mjs").FlowEntry} FlowEntry */
/** @typedef {{ data: Float64Array, shape: [number, number] }} Table */

/**
 * How a flow is trained.
 * @typedef {{ steps: number, batchSize: number, learningRate: number, seed: number }} Training
 *
 * What decides the outcome of a run; `model` stands for everything that the flow is made of.
 * @typedef {Training & { flow: string, target: string, testRows: number, model: string }} Settings
 *
 * @typedef {object} Result
 * @property {number} divergence mean over the test rows of log p - log q: nats
 * @property {number} standardError of the divergence, as both terms are of the same rows
 * @property {number} logLikelihood mean log q
 * @property {number} trueLogLikelihood mean log p
 * @property {number} parameters
 * @property {number} seconds of training by the clock, compilation and validation included
 * @property {number} processorSeconds of the same, on all processors together
 * @property {string} engine
 * @property {string} map see density-maps.mjs
 */

/** Common to all flows, unless the flow or the command line says otherwise. */
export const training = { steps: 2000, batchSize: 256, learningRate: 5e-3, seed: 0 };

const TEST_ROWS = 20_000;
const VALIDATION_ROWS = 5_000;
const VALIDATIONS = 10;

/** Streams of a target's random numbers. */
const streams = { train: 1, validation: 2, test: 3 };

/**
 * @param {FlowEntry} entry @param {Target} target @param {Partial<Training>} given
 * @returns {Settings}
 */
export function settingsOf(entry, target, given) {
  const spec = JSON.stringify(entry.build().spec);
  return {
    flow: entry.id,
    target: target.id,
    ...training,
    ...entry.training,
    ...entry.onTargets[target.id],
    ...given,
    testRows: TEST_ROWS,
    model: createHash("sha256").update(spec).digest("hex").slice(0, 16),
  };
}

/**
 * The draws of one target, the same for all flows, and what the truth says of those for the test.
 * @param {Target} target @param {number} seed
 */
export function openSamples(target, seed) {
  /** @param {number} stream @param {number} rows @returns {Table} */
  function drawn(stream, rows) {
    const random = hostRandom(seed, stream);
    const data = new Float64Array(2 * rows);
    for (let i = 0; i < rows; i++) data.set(target.draw(random), 2 * i);
    return { data, shape: [rows, 2] };
  }
  const test = drawn(streams.test, TEST_ROWS);
  const truth = Float64Array.from({ length: TEST_ROWS }, (_, i) =>
    target.logDensity(test.data[2 * i], test.data[2 * i + 1]),
  );
  let train = drawn(streams.train, 0);
  return {
    test,
    truth,
    validation: drawn(streams.validation, VALIDATION_ROWS),
    /** The first rows of an endless sample. @param {number} rows @returns {Table} */
    train(rows) {
      if (train.shape[0] < rows) train = drawn(streams.train, rows);
      return { data: train.data.subarray(0, 2 * rows), shape: [rows, 2] };
    },
  };
}

/**
 * Train a flow on batches none of whose rows comes twice, and score it on the test rows.
 * @param {FlowEntry} entry @param {Target} target @param {Settings} settings
 * @param {ReturnType<typeof openSamples>} samples
 * @param {Pick<import("../../packages/pushforward/dist/index.js").FitOptions, "signal" | "onProgress">} hooks
 * @returns {Promise<Result>}
 */
export async function measure(entry, target, settings, samples, hooks) {
  const { steps, batchSize, learningRate, seed } = settings;
  const rows = samples.train(steps * batchSize);
  const before = { clock: performance.now(), processor: process.cpuUsage() };
  const model = await fit(entry.build(), rows, {
    ...{ steps, batchSize, learningRate, seed },
    validation: samples.validation,
    validateEvery: Math.ceil(steps / VALIDATIONS),
    // The number of steps is the same for all; the schedule ends with it.
    patience: Infinity,
    dequantize: "none",
    ...hooks,
  });
  const seconds = (performance.now() - before.clock) / 1000;
  const { user, system } = process.cpuUsage(before.processor);
  try {
    const scores = await model.logProb(samples.test);
    const gaps = samples.truth.map((logP, i) => logP - scores[i]);
    const { mean: divergence, standardError } = meanAndError(gaps);
    if (!Number.isFinite(divergence)) throw new Error("a test row has no finite log-density");
    const densities = (await model.logProb(mapGrid(target.view))).map(Math.exp);
    return {
      divergence,
      standardError,
      logLikelihood: meanAndError(scores).mean,
      trueLogLikelihood: meanAndError(samples.truth).mean,
      parameters: model.parameterCount,
      seconds,
      processorSeconds: (user + system) / 1e6,
      engine: model.engineName ?? "unknown",
      map: encodeMap(densities, peakOf(target)),
    };
  } finally {
    model.dispose();
  }
}
