/**
 * Who takes part. A library runs in a process of its own per measurement; the worker of its
 * language loads the adapter, which knows how to build the case's flow.
 *
 * @typedef {object} Library
 * @property {string} id
 * @property {string} title
 * @property {"python" | "node"} language
 * @property {string} adapter file in libraries/, without its ending
 * @property {readonly string[]} [tasks] default: all
 * @property {string} [executor] what runs pushforward's compiled functions
 * @property {string} color
 */

/** @type {readonly Library[]} */
export const libraries = [
  {
    id: "pushforward-onnx",
    title: "pushforward (ONNX Runtime)",
    language: "node",
    adapter: "pushforward",
    executor: "onnx",
    color: "#0173b4",
  },
  {
    id: "pushforward-jax",
    title: "pushforward (jax-js)",
    language: "node",
    adapter: "pushforward",
    executor: "jax",
    color: "#6bb7e0",
  },
  {
    id: "nflows",
    title: "nflows",
    language: "python",
    adapter: "nflows_flows",
    color: "#d55e00",
  },
  {
    id: "zuko",
    title: "zuko",
    language: "python",
    adapter: "zuko_flows",
    color: "#e69f00",
  },
  {
    id: "normflows",
    title: "normflows",
    language: "python",
    adapter: "normflows_flows",
    color: "#a05195",
  },
  {
    id: "flowjax",
    title: "flowjax",
    language: "python",
    adapter: "flowjax_flows",
    color: "#2a8a57",
  },
  {
    id: "matrix-products",
    title: "matrix products alone",
    language: "python",
    adapter: "matrix_products",
    tasks: ["train"],
    color: "#777777",
  },
];

/**
 * The libraries that a case is measured with.
 * @param {import("./cases.mjs").Case} entry
 * @param {readonly Library[]} chosen
 */
export function librariesFor(entry, chosen) {
  return chosen.filter(
    ({ id, tasks }) =>
      (tasks?.includes(entry.task) ?? true) &&
      (entry.libraries === undefined || entry.libraries.includes(id)),
  );
}
