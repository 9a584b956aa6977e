import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { readNpy } from "./npy.mjs";
import { drawPatches, patchesOf } from "./patches.mjs";
import { correlation, moments, tableOf } from "./tables.mjs";

/** @typedef {import("./tables.mjs").Table} Table */

/**
 * What a flow learns from and is tested on.
 * @typedef {object} Split
 * @property {Table} train
 * @property {Table} validation
 * @property {Table} test
 * @property {number} logScale sum over columns of the log of the unit that is reported in: what is
 *   added to a log-density of the rows to get that of the standardised ones
 * @property {"auto" | "none"} dequantize as `fit` takes it
 * @property {string} note rows and columns, and what was left out
 */

/**
 * @typedef {object} DataSet
 * @property {string} id
 * @property {string} title
 * @property {string} about
 * @property {import("./flows.mjs").Name} settings whose hyper-parameters it takes
 * @property {"BSDS300" | null} published whose published numbers it can be set beside
 * @property {(folder: string, options: { patches: number }) => Split} load
 */

/** As the papers do: a tenth of the rows for the test, a tenth of the others for validation. */
const HELD_OUT = 0.1;

/** Of two columns more alike than this the papers leave out one. */
const MOST_CORRELATION = 0.98;

/** A column one of whose values is more frequent than this counts as discrete. */
const MOST_REPETITION = 0.1;

const dequantised =
  "the first of the given splits, columns with a value in more than a tenth of the rows left out, " +
  "and of columns correlated above 0.98 all but one; values on a grid spread over their cells";

/** @param {string} id @param {string} folder @param {string} title @returns {DataSet} */
const regression = (id, folder, title) => ({
  id,
  title,
  about: `UCI regression table, target included; ${dequantised}`,
  settings: "other",
  published: null,
  load: (root) => loadRegression(join(root, "uci_regression", folder)),
});

/** @type {readonly DataSet[]} */
export const dataSets = [
  {
    id: "power",
    title: "POWER (first 33 days)",
    about:
      "the first 2.3 % of the rows only, prepared as POWER is: not to be compared with published numbers",
    settings: "POWER",
    published: null,
    load: (root) => loadPower(join(root, "power_head", "household_power_consumption_head.csv.gz")),
  },
  {
    id: "miniboone",
    title: "MINIBOONE (first 1523 rows)",
    about: "the first 4 % of the rows only: not to be compared with published numbers",
    settings: "MINIBOONE",
    published: null,
    load: (root) => loadMiniboone(join(root, "miniboone_head", "data_head.npy")),
  },
  {
    id: "bsds300",
    title: "BSDS300",
    about:
      "patches of 8 by 8 pixels without their mean and last pixel, drawn anew from the same pictures: the " +
      "published preprocessing, not the published draws",
    settings: "BSDS300",
    published: "BSDS300",
    load: (root, { patches }) => loadPatches(join(root, "bsds300"), patches),
  },
  regression("boston", "bostonHousing", "Boston housing"),
  regression("concrete", "concrete", "concrete"),
  regression("kin8nm", "kin8nm", "kin8nm"),
  regression("power-plant", "power-plant", "power plant"),
  regression("protein", "protein-tertiary-structure", "protein"),
];

/** @param {string} path */
const readText = (path) => gunzipSync(readFileSync(path)).toString("utf8");

/** @param {string} text */
const linesOf = (text) => text.split("\n").filter((line) => line.trim() !== "");

/**
 * Columns and noise as in the code of Papamakarios et al. 2017: active power, voltage, three
 * sub-meters, time of day in minutes; noise of the width of a reading on all but the time.
 * @param {string} path
 */
function loadPower(path) {
  const random = hostRandom(42);
  const widths = [0.001, 0.01, 1, 1, 1, 0];
  const rows = linesOf(readText(path))
    .slice(1)
    .map((line) => line.split(","))
    .filter((cells) => cells.every((cell) => cell !== "" && cell !== "?"))
    .map(([, time, active, , voltage, , ...meters]) => {
      const [hours, minutes] = time.split(":").map(Number);
      return [...[active, voltage, ...meters].map(Number), 60 * hours + minutes];
    });
  const noisy = Array.from(random.shuffle(rows.length), (row) =>
    rows[row].map((value, column) => value + widths[column] * random.uniform()),
  );
  return splitByTails(noisy);
}

/** @param {string} path */
function loadMiniboone(path) {
  const { data, shape } = readNpy(path);
  const [count, columns] = shape;
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(data.subarray(i * columns, (i + 1) * columns)),
  );
  return splitByTails(rows);
}

/** The last tenth is the test, the last tenth of the rest validation. @param {number[][]} rows */
function splitByTails(rows) {
  const tested = rows.length - Math.floor(HELD_OUT * rows.length);
  const validated = tested - Math.floor(HELD_OUT * tested);
  return {
    ...standardised(rows.slice(0, validated), rows.slice(validated, tested), rows.slice(tested)),
    dequantize: /** @type {const} */ ("none"),
  };
}

/** @param {string} folder */
function loadRegression(folder) {
  const all = linesOf(readText(join(folder, "data.txt.gz"))).map((line) =>
    line.trim().split(/\s+/).map(Number),
  );
  const columns = keptColumns(all);
  const rows = all.map((row) => columns.map((column) => row[column]));
  const [first] = linesOf(readText(join(folder, "test_splits.txt.gz")));
  const tested = new Set(first.trim().split(/\s+/).map(Number));
  const order = Array.from(hostRandom(42).shuffle(rows.length)).filter((row) => !tested.has(row));
  const validated = order.length - Math.floor(HELD_OUT * order.length);
  /** @param {number[]} indices */
  const at = (indices) => indices.map((index) => rows[index]);
  const split = standardised(
    at(order.slice(0, validated)),
    at(order.slice(validated)),
    at([...tested]),
  );
  const note = `${split.note} of ${all[0].length}`;
  return { ...split, note, dequantize: /** @type {const} */ ("auto") };
}

/** Columns that are not discrete, and of those alike the first. @param {number[][]} rows */
function keptColumns(rows) {
  /** @type {number[]} */
  const kept = [];
  for (let column = 0; column < rows[0].length; column++) {
    if (mostFrequent(rows, column) > MOST_REPETITION * rows.length) continue;
    const alike = kept.some(
      (other) => Math.abs(correlation(rows, other, column)) > MOST_CORRELATION,
    );
    if (!alike) kept.push(column);
  }
  return kept;
}

/** @param {number[][]} rows @param {number} column */
function mostFrequent(rows, column) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const row of rows) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1);
  return Math.max(...counts.values());
}

/**
 * The rows as they are, with the logarithm of the units that standardisation by the training and
 * validation rows gives them.
 * @param {number[][]} train @param {number[][]} validation @param {number[][]} test
 */
function standardised(train, validation, test) {
  const seen = [...train, ...validation];
  const logScale = seen[0].reduce(
    (sum, _, column) => sum + Math.log(moments(seen, column).deviation),
    0,
  );
  return {
    train: tableOf(train),
    validation: tableOf(validation),
    test: tableOf(test),
    logScale,
    note: `${train.length} + ${validation.length} + ${test.length} rows, ${seen[0].length} columns`,
  };
}

/** @param {string} folder @param {number} count @returns {Split} */
function loadPatches(folder, count) {
  const pictures = ["321x481", "481x321"].map((size) =>
    readNpy(join(folder, `train_images_${size}.npy.gz`)),
  );
  const train = drawPatches(pictures, count, hostRandom(42));
  const validation = patchesOf(readNpy(join(folder, "val_patches.npy.gz")), hostRandom(43));
  const test = patchesOf(readNpy(join(folder, "test_patches.npy.gz")), hostRandom(44));
  const rows = [train, validation, test].map(({ shape }) => shape[0]).join(" + ");
  return {
    ...{ train, validation, test, logScale: 0, dequantize: "none" },
    note: `${rows} patches, 63 columns; published: 1000000 patches to train on`,
  };
}
