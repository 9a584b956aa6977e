// The flows of the cases, built from pushforward's public parts, on the executor asked for.
import { readFileSync } from "node:fs";
import {
  actNorm,
  chain,
  coupling,
  imageCoupling,
  invert,
  luLinear,
  maskedAutoregressive,
  multiScale,
  perPixel,
  reverse,
} from "../../packages/pushforward/dist/bijectors/index.js";
import { downloadParameters, layoutOf } from "../../packages/pushforward/dist/core/parameters.js";
import { normal, transformed } from "../../packages/pushforward/dist/distributions/index.js";
import {
  hostArray,
  random,
  startEngine,
  useOnnxRuntime,
} from "../../packages/pushforward/dist/engine/index.js";
import { Model } from "../../packages/pushforward/dist/index.js";
import { convNet, maskedMlp, mlp } from "../../packages/pushforward/dist/networks/index.js";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { adamRates } from "../../packages/pushforward/dist/training/adam.js";
import { compileTrainStep } from "../../packages/pushforward/dist/training/train-step.js";
import {
  affine,
  rationalQuadraticSpline,
} from "../../packages/pushforward/dist/transformers/index.js";

const LEARNING_RATE = 1e-3;

/** Batches that training steps go round, as with the other libraries. */
const BATCHES = 32;

/** @typedef {import("./worker.mjs").Request} Request */
/** @typedef {import("../cases.mjs").VectorModel} VectorModel */
/** @typedef {import("../cases.mjs").ImageModel} ImageModel */

/** @param {Request} request @returns {Promise<import("./worker.mjs").Prepared | { unavailable: string }>} */
export async function prepare(request) {
  const { task, model, rows, seed } = request;
  const engine = await start(request);
  if (typeof engine === "string") return { unavailable: engine };
  const flow = model.kind === "glow" ? glow(/** @type {ImageModel} */ (model)) : vectorFlow(model);
  const params = flow.init(random.key(seed));
  const parameters = layoutOf(params).size;
  const data = normals(seed, task === "train" ? BATCHES * rows : rows, flow.shape);
  const tasks = { train: trainingStep, logProb: scoring, sample: sampling };
  return {
    ...(await tasks[task](engine, flow, params, data)),
    parameters,
    versions: versions(request.executor),
    threads: request.executor === "onnx" ? `intraOpNumThreads: ${request.threads}` : "1, by design",
    note: null,
  };
}

/** The engine, or why there is none. @param {Request} request */
async function start({ executor, threads }) {
  if (executor === "onnx") {
    const unavailable = await limitThreads(threads);
    if (unavailable) return unavailable;
  }
  /** @type {string[]} */
  const notices = [];
  const engine = await startEngine(/** @type {"onnx" | "jax"} */ (executor), (message) => {
    notices.push(message);
  });
  return notices.length ? notices.join(" ") : engine;
}

/** Sessions with as many threads as every library of the benchmark has. @param {number} threads */
async function limitThreads(threads) {
  try {
    const runtime = (await import("onnxruntime-node")).default;
    const limits = { intraOpNumThreads: threads, interOpNumThreads: 1 };
    useOnnxRuntime({
      Tensor: runtime.Tensor,
      env: runtime.env,
      InferenceSession: {
        /** @param {Uint8Array} bytes @param {object} options */
        create: (bytes, options) =>
          runtime.InferenceSession.create(bytes, { ...options, ...limits }),
      },
    });
    return undefined;
  } catch {
    return "onnxruntime-node is not installed";
  }
}

/** Glow as the other libraries have it: without a learned prior of what is factored out. @param {ImageModel} model */
function glow({ shape: [channels = 0, height = 0, width = 0], hidden, levels, steps }) {
  const levelOf = (/** @type {number} */ level) => {
    const shape = [
      channels * 2 ** (level + 2),
      height / 2 ** (level + 1),
      width / 2 ** (level + 1),
    ];
    const dataToBase = Array.from({ length: steps }, (_, step) => [
      perPixel({
        shape,
        bijector: chain({
          bijectors: [actNorm({ shape: [shape[0]] }), luLinear({ shape: [shape[0]], seed: step })],
        }),
      }),
      imageCoupling({
        shape,
        // As in the library's Glow, and as bounded as the scales of the others.
        transformer: affine({ maxLogScale: 2 }),
        conditioner: convNet({ hidden: [hidden, hidden] }),
        mask: "channels",
      }),
    ]).flat();
    return { squeezed: invert({ bijector: chain({ bijectors: dataToBase }) }) };
  };
  return transformed({
    base: normal({ shape: [channels, height, width] }),
    bijector: multiScale({ levels: Array.from({ length: levels }, (_, level) => levelOf(level)) }),
  });
}

/** Layers with a reversal between them. @param {VectorModel} model */
function vectorFlow({ kind, dimensions, hidden, layers, bins, bound }) {
  const shape = [dimensions];
  const isAffine = kind === "real-nvp" || kind === "maf";
  const transformer = isAffine ? affine() : rationalQuadraticSpline({ bins, bound });
  const network = { hidden: [hidden, hidden], activation: /** @type {const} */ ("relu") };
  const layer = () =>
    kind === "maf" || kind === "rq-nsf-autoregressive"
      ? maskedAutoregressive({ shape, transformer, conditioner: maskedMlp(network) })
      : coupling({ shape, transformer, conditioner: mlp(network) });
  const dataToBase = Array.from({ length: layers }, (_, index) => [
    ...(index > 0 ? [reverse({ features: dimensions })] : []),
    layer(),
  ]).flat();
  return transformed({
    base: normal({ shape }),
    bijector: invert({ bijector: chain({ bijectors: dataToBase }) }),
  });
}

/** @typedef {Awaited<ReturnType<typeof startEngine>>} Engine */
/** @typedef {ReturnType<typeof vectorFlow>} Flow */
/** @typedef {ReturnType<Flow["init"]>} Params */
/** @typedef {{ data: Float32Array, shape: number[] }} Table */

/** A step as `fit` takes it. @param {Engine} engine @param {Flow} flow @param {Params} params @param {Table} table */
async function trainingStep(engine, flow, params, table) {
  const batches = inBatches(table);
  const layout = layoutOf(params);
  const options = { optimizer: /** @type {const} */ ("adam"), weightDecay: 0, clipNorm: Infinity };
  const program = compileTrainStep(engine, flow, layout, options);
  const initial = await downloadParameters(params);
  const vector = () => hostArray(new Float32Array(layout.size), [layout.size]);
  let state = { parameters: hostArray(initial, [layout.size]), mean: vector(), square: vector() };
  let step = 0;
  let loss = 0;

  async function run() {
    const x = batches[step % BATCHES];
    const rates = [...adamRates(LEARNING_RATE, ++step), 1 / x.shape[0]];
    const old = state;
    const [next, result] = await program.run(old, hostArray(new Float32Array(rates), [4]), { x });
    state = next;
    loss = (await result.data())[0];
    result.dispose();
    for (const vector of Object.values(old)) vector.dispose();
  }
  return { run, warmUp: run, value: () => loss };
}

/** @param {Table} table */
function inBatches({ data, shape: [count = 0, ...event] }) {
  const rows = count / BATCHES;
  const size = data.length / BATCHES;
  return Array.from({ length: BATCHES }, (_, i) =>
    hostArray(data.slice(i * size, (i + 1) * size), [rows, ...event]),
  );
}

/** Rows as the model splits them. @param {Engine} engine @param {Flow} flow @param {Params} params @param {Table} table */
async function scoring(engine, flow, params, table) {
  const model = new Model({ flow, params, engine });
  let scores = /** @type {Float32Array} */ (new Float32Array());
  return {
    run: async () => {
      scores = await model.logProb(table);
    },
    warmUp: () => model.logProb(firstRows(table)),
    value: () => mean(scores),
  };
}

/** @param {Engine} engine @param {Flow} flow @param {Params} params @param {Table} table */
async function sampling(engine, flow, params, { shape: [count = 0] }) {
  const model = new Model({ flow, params, engine });
  let draws = /** @type {Float32Array} */ (new Float32Array());
  return {
    run: async () => {
      draws = (await model.sample(count, { seed: 1 })).data;
    },
    warmUp: () => model.sample(Math.min(count, WARM_UP_ROWS), { seed: 1 }),
    value: () => mean(draws),
  };
}

/** As many as the model sends through a program at once, or more. */
const WARM_UP_ROWS = 8192;

/** @param {Table} table @returns {Table} */
function firstRows({ data, shape: [count = 0, ...event] }) {
  const rows = Math.min(count, WARM_UP_ROWS);
  return { data: data.subarray(0, (rows / count) * data.length), shape: [rows, ...event] };
}

/** @param {Float32Array} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {number} seed @param {number} rows @param {readonly number[]} event @returns {Table} */
function normals(seed, rows, event) {
  const source = hostRandom(seed);
  const size = event.reduce((product, length) => product * length, rows);
  return {
    data: Float32Array.from({ length: size }, () => source.normal()),
    shape: [rows, ...event],
  };
}

/** @param {string} executor @returns {Record<string, string>} */
function versions(executor) {
  const runtime = executor === "onnx" ? "onnxruntime-node" : "@jax-js/jax";
  return {
    pushforward: versionIn("packages/pushforward"),
    [runtime]: versionIn(`node_modules/${runtime}`),
  };
}

/** @param {string} folder @returns {string} */
function versionIn(folder) {
  const file = new URL(`../../${folder}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}
