import { readdirSync } from "node:fs";
import { join } from "node:path";
import { npzArray } from "../../packages/cli/dist/images/npz.js";
import { readBytes } from "../../packages/cli/dist/images/read-bytes.js";

/** @typedef {import("../../packages/pushforward/dist/tables/index.js").Table} Table */

/**
 * A table with anomalies in it.
 * @typedef {object} DataSet
 * @property {string} path of its file
 * @property {Table} table
 * @property {Uint8Array} labels 1 for an anomaly; for judging alone
 */

/** The sets in a folder of ADBench's files, in the order of their numbers. @param {string} folder */
export function listSets(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".npz"))
    .map((name) => ({ id: name.slice(0, -".npz".length) }))
    .sort((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10));
}

/** @param {string} folder @param {string} id @returns {Promise<DataSet>} */
export async function loadSet(folder, id) {
  const path = join(folder, `${id}.npz`);
  const bytes = await readBytes(path);
  /** @param {string} what @param {number} axes */
  const array = (what, axes) =>
    npzArray(path, bytes, {
      ...{ what, form: `${axes} axes` },
      fits: ({ shape }) => shape.length === axes,
    });
  const { data, shape } = array("rows", 2);
  const [rows = 0, width = 0] = shape;
  const columns = Array.from({ length: width }, (_, column) => ({
    name: `column${column}`,
    kind: /** @type {const} */ ("number"),
    cells: Float64Array.from({ length: rows }, (_, row) => Number(data[row * width + column])),
  }));
  const labels = Uint8Array.from(array("labels", 1).data, Number);
  return { path, table: { rows, columns }, labels };
}
