/**
 * @typedef {object} EngineCase
 * @property {string} id
 * @property {string} title
 * @property {"wasm" | "threads" | "webgpu"} engine as the page's links name it
 * @property {boolean} isolated whether the host's headers allow shared memory
 */

/** @type {readonly EngineCase[]} */
export const engines = [
  { id: "wasm", title: "WebAssembly, one thread", engine: "wasm", isolated: false },
  { id: "threads", title: "WebAssembly, threads", engine: "threads", isolated: true },
  { id: "webgpu", title: "WebGPU", engine: "webgpu", isolated: false },
];

/**
 * @typedef {object} FlowCase
 * @property {string} id
 * @property {string} title
 * @property {string} settings of the page's link
 */

/** @type {readonly FlowCase[]} */
export const flows = [
  {
    id: "small",
    title: "RQ-NSF, 3 layers, width 32",
    settings: "layers=3&width=32",
  },
  { id: "nsf", title: "RQ-NSF, 5 layers, width 64", settings: "flow=nsf" },
  { id: "realnvp", title: "Real NVP, 8 layers, width 64", settings: "flow=realnvp" },
];
