/**
 * What clients ask for, each request drawn with its weight.
 * @typedef {{ route: string, weight: number, body: object }} Kind
 * @typedef {{ id: string, title: string, connections: number, maxConcurrent: number, kinds: readonly Kind[] }} Case
 */

/** Numbers of a row. */
export const FEATURES = 5;

/** @param {number} rows @returns {number[][]} the same in every run */
function rowsOf(rows) {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: FEATURES }, (_, column) => Number(Math.sin(7 * row + column).toFixed(4))),
  );
}

/** @param {string} route @param {number} weight @param {object} body @returns {Kind} */
const kind = (route, weight, body) => ({ route, weight, body });

const mixed = [
  kind("/v1/log-prob", 50, { rows: rowsOf(1) }),
  kind("/v1/log-prob", 20, { rows: rowsOf(100) }),
  kind("/v1/log-prob", 1, { rows: rowsOf(5000) }),
  kind("/v1/encode", 10, { rows: rowsOf(10) }),
  kind("/v1/decode", 10, { latents: rowsOf(10) }),
  kind("/v1/sample", 9, { count: 10, seed: 1 }),
];

/** @type {readonly Case[]} */
export const cases = [
  {
    id: "one-row",
    title: "log-density of one row",
    connections: 200,
    maxConcurrent: 256,
    kinds: [kind("/v1/log-prob", 1, { rows: rowsOf(1) })],
  },
  {
    id: "mixed",
    title: "all routes, 1 to 5000 rows",
    connections: 200,
    maxConcurrent: 256,
    kinds: mixed,
  },
  {
    id: "crowded",
    title: "all routes, more clients than are let in",
    connections: 200,
    maxConcurrent: 64,
    kinds: mixed,
  },
];
