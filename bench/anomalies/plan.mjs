import { createHash } from "node:crypto";
import { buildFlow } from "../../packages/cli/dist/commands/fit-settings.js";
import { shuffled } from "../../packages/cli/dist/table/shuffled.js";
import { flows } from "../../packages/pushforward/dist/index.js";
import {
  describeTable,
  encodeTable,
  flowSizes,
  selectRows,
} from "../../packages/pushforward/dist/tables/index.js";

/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {keyof typeof flows} FlowName */

/**
 * What gives rows a score.
 * @typedef {object} Detector
 * @property {string} id
 * @property {string} title
 * @property {"flow" | "baseline" | "peer"} kind
 * @property {boolean} takesSeed whether another seed gives another result
 */

/** @type {readonly (Detector & { id: FlowName })[]} */
export const flowDetectors = /** @type {FlowName[]} */ (Object.keys(flows)).map((id) => ({
  ...{ id, title: id, kind: "flow", takesSeed: true },
}));

/** @type {readonly Detector[]} */
export const others = [
  { id: "gaussian", title: "Gaussian", kind: "baseline", takesSeed: true },
  { id: "mixture", title: "mixture", kind: "baseline", takesSeed: true },
  { id: "iforest", title: "isolation forest", kind: "peer", takesSeed: true },
  { id: "ecod", title: "ECOD", kind: "peer", takesSeed: false },
];

/** Sets of more rows are trained on so many, drawn by the seed; all rows are scored. */
export const MOST_ROWS = 50_000;

/** Sets of more cells get one seed, smaller ones three. */
export const MANY_CELLS = 100_000;

/** @param {DataSet} set @param {Detector} detector */
export function seedsFor({ table }, { takesSeed }) {
  return takesSeed && table.rows * table.columns.length <= MANY_CELLS ? [0, 1, 2] : [0];
}

/**
 * What decides the outcome of a run; `model` stands for all that the model is made of, the maps of its columns
 * included.
 * @typedef {object} Settings
 * @property {string} detector
 * @property {number} seed
 * @property {number} rows that are scored
 * @property {number} trainRows
 * @property {number} columns of the table, constant ones included
 * @property {number} anomalies
 * @property {number} [steps] at most
 * @property {string} [model]
 */

/** The rows to train on, and what the library makes of them. @param {DataSet} set @param {number} seed */
export function prepare({ table }, seed) {
  const chosen =
    table.rows > MOST_ROWS ? shuffled(table.rows, seed).subarray(0, MOST_ROWS) : undefined;
  const described = describeTable(chosen ? selectRows(table, chosen) : table, {
    dropDependent: true,
  });
  const encoded = encodeTable(described.schema, described.columns, described.table, seed);
  return { seed, chosen, ...described, encoded };
}

/** @typedef {ReturnType<typeof prepare>} Prepared */

/**
 * @param {DataSet} set @param {Prepared} prepared @param {Detector} detector @param {number} steps
 * @returns {Settings}
 */
export function settingsOf({ table, labels }, prepared, detector, steps) {
  const { seed, schema, columns, encoded } = prepared;
  const shared = {
    ...{ detector: detector.id, seed, rows: table.rows, trainRows: encoded.shape[0] },
    ...{ columns: table.columns.length, anomalies: labels.reduce((sum, label) => sum + label, 0) },
  };
  if (detector.kind === "peer") return shared;
  if (detector.kind === "baseline") return { ...shared, model: hash([schema, columns]) };
  return { ...shared, steps, model: hash([untrained(prepared, detector).spec, schema, columns]) };
}

/** The flow that `pushforward fit` builds for a table of this size. @param {Prepared} prepared @param {Detector} detector */
export function untrained({ schema, columns, encoded, seed }, { id }) {
  const flow = /** @type {FlowName} */ (id);
  return buildFlow(flowSizes(schema, columns), encoded.shape[0], { flow, seed });
}

/** @param {unknown} value */
function hash(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
