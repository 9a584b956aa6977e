/**
 * What is measured. A model's name is its kind, dimensions, hidden width and layers; a case's name
 * is its group, the model and, unless it is plain, the number of rows.
 *
 * @typedef {{ kind: string, dimensions: number, hidden: number, layers: number, bins?: number, bound?: number }} VectorModel
 * @typedef {{ kind: "glow", shape: number[], hidden: number, levels: number, steps: number }} ImageModel
 * @typedef {VectorModel | ImageModel} Model
 * @typedef {"train" | "logProb" | "sample"} Task
 *
 * @typedef {object} Case
 * @property {string} id
 * @property {string} group
 * @property {string} title
 * @property {Task} task
 * @property {Model} model
 * @property {number} rows rows of a training batch, or rows to score or to draw
 * @property {number} warmUp runs before the clock starts
 * @property {number} steps runs per repetition
 * @property {number} repetitions
 * @property {readonly string[]} [libraries] default: all that have the task
 * @property {{ along: string, at: number }} [growth] the curve that the case is a point of
 */

/** How often a case is run in one process. */
const pace = {
  usual: { warmUp: 10, steps: 50, repetitions: 3 },
  images: { warmUp: 2, steps: 5, repetitions: 3 },
  million: { warmUp: 0, steps: 1, repetitions: 1 },
};

const spline = { bins: 8, bound: 5 };

/** @param {number} dimensions @param {number} hidden @param {number} layers @returns {VectorModel} */
const splineCoupling = (dimensions, hidden, layers) => ({
  kind: "rq-nsf-coupling",
  dimensions,
  hidden,
  layers,
  ...spline,
});

/** @type {VectorModel} */
const splineAutoregressive = {
  kind: "rq-nsf-autoregressive",
  dimensions: 6,
  hidden: 128,
  layers: 5,
  ...spline,
};
/** @type {VectorModel} */
const realNvp = { kind: "real-nvp", dimensions: 21, hidden: 256, layers: 10 };
/** @type {VectorModel} */
const maf = { kind: "maf", dimensions: 43, hidden: 512, layers: 5 };
/** @type {ImageModel} */
const glow = { kind: "glow", shape: [3, 32, 32], hidden: 128, levels: 3, steps: 8 };

/** @type {readonly { name: string, title: string, model: Model, rows: number }[]} */
const settings = [
  coupling(6, 128, 5, 512),
  coupling(6, 128, 5, 64),
  coupling(43, 64, 5, 256),
  coupling(2, 64, 8, 256),
  { name: "real-nvp-21-256-10-512", title: "RealNVP 21, 256, 10, 512", model: realNvp, rows: 512 },
  { name: "maf-43-512-5-100", title: "MAF 43, 512, 5, 100", model: maf, rows: 100 },
  { name: "glow-3x32x32-32", title: "Glow 3×32×32, 128, K=8, L=3, 32", model: glow, rows: 32 },
];

/** @param {number} dimensions @param {number} hidden @param {number} layers @param {number} rows */
function coupling(dimensions, hidden, layers, rows) {
  const numbers = [dimensions, hidden, layers, rows];
  return {
    name: `rq-nsf-${numbers.join("-")}`,
    title: `RQ-NSF ${numbers.join(", ")}`,
    model: splineCoupling(dimensions, hidden, layers),
    rows,
  };
}

/** @param {Task} task @param {string} group @returns {Case[]} */
function batches(task, group) {
  const chosen = task === "train" ? settings : settings.filter((_, i) => [0, 4, 5, 6].includes(i));
  return chosen.map(({ name, title, model, rows }) => ({
    id: `${group}/${name}`,
    group,
    title,
    task,
    model,
    rows,
    ...(model.kind === "glow" ? pace.images : pace.usual),
  }));
}

/** @param {Exclude<Task, "train">} task @param {VectorModel} model @param {string} title @returns {Case} */
function million(task, model, title) {
  return {
    id: `million/${task}-${model.kind}`,
    group: "million",
    title: `${task === "sample" ? "draw" : "score"} 1,000,000 rows, ${title}`,
    task,
    model,
    rows: 1_000_000,
    ...pace.million,
  };
}

/** @param {string} along @param {readonly number[]} points @param {(at: number) => [VectorModel, number]} at */
function growth(along, points, at) {
  return points.map((point) => {
    const [model, rows] = at(point);
    return /** @type {Case} */ ({
      id: `growth/${along}-${point}`,
      group: "growth",
      title: `${along} = ${point}`,
      task: "train",
      model,
      rows,
      ...pace.usual,
      repetitions: 1,
      libraries: ["pushforward-onnx", "pushforward-jax", "nflows", "flowjax"],
      growth: { along, at: point },
    });
  });
}

/** Every case, in the order in which a round goes through them. @type {readonly Case[]} */
export const cases = [
  ...batches("train", "train"),
  ...batches("logProb", "logProb"),
  ...batches("sample", "sample"),
  million("logProb", splineCoupling(6, 128, 5), "coupling RQ-NSF 6, 128, 5"),
  million("sample", splineCoupling(6, 128, 5), "coupling RQ-NSF 6, 128, 5"),
  million("logProb", splineAutoregressive, "autoregressive RQ-NSF 6, 128, 5"),
  million("sample", splineAutoregressive, "autoregressive RQ-NSF 6, 128, 5"),
  ...growth("rows", [64, 128, 256, 512, 1024, 2048, 4096], (rows) => [
    splineCoupling(6, 128, 5),
    rows,
  ]),
  ...growth("dimensions", [2, 4, 8, 16, 32, 64], (dimensions) => [
    splineCoupling(dimensions, 128, 5),
    512,
  ]),
  ...growth("layers", [1, 2, 5, 10, 20], (layers) => [splineCoupling(6, 128, layers), 512]),
];

/** What `--quick` measures. @type {readonly Case[]} */
export const quickCases = [
  ...named("train/rq-nsf-6-128-5-512", "train/rq-nsf-6-128-5-64"),
  ...named("logProb/rq-nsf-6-128-5-512", "sample/rq-nsf-6-128-5-512"),
].map((entry) => ({ ...entry, repetitions: 1 }));

/** @param {...string} ids @returns {Case[]} */
function named(...ids) {
  return cases.filter(({ id }) => ids.includes(id));
}
