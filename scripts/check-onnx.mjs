/**
 * Holds exported models to ONNX's own tools: writes models of every make with what they give for some
 * rows, computed by jax-js, and lets check-onnx.py compare in Python's onnxruntime and look at the
 * files with the ONNX checker.
 *
 * Run it after a build: `npm run check:onnx`, or `npm run check:onnx -- --python <interpreter>` with
 * a Python that has the packages onnx and onnxruntime.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  fit,
  fitGaussian,
  fitGaussianMixture,
  load,
  nice,
  nsf,
  realNVP,
} from "../packages/pushforward/dist/index.js";
import { hostRandom } from "../packages/pushforward/dist/numerics/host-random.js";

/** @typedef {import("../packages/pushforward/dist/index.js").Model} Model */
/** @typedef {import("../packages/pushforward/dist/index.js").OnnxTensor} OnnxTensor */
/** @typedef {{ data: number[] | Float32Array, shape: readonly number[] }} Numbers */

const script = fileURLToPath(new URL("check-onnx.py", import.meta.url));
const COUNTS = [1, 7, 1000];

/** Rows on a ridge, and where they are on it. */
const random = hostRandom(1);
const context = Array.from({ length: 400 }, () => [random.normal(), random.normal()]);
const rows = context.map(([a = 0, b = 0]) => [a + 2, a * a - b, 10 * b + random.normal()]);
const grid = rows.map((row) => row.map(Math.round));
const small = { layers: 2, hidden: [16] };
const quick = { steps: 100 };

/** @type {Record<string, () => PromiseLike<Model>>} */
const models = {
  nsf: () => fit(nsf({ features: 3, ...small }), rows, quick),
  "nsf-1d": () => fit(nsf({ features: 1, ...small }), column(rows), quick),
  "nsf-conditional": () =>
    fit(nsf({ features: 3, context: 2, ...small }), rows, { ...quick, context }),
  "nsf-on-a-grid": () => fit(nsf({ features: 3, ...small }), grid, quick),
  realnvp: () => fit(realNVP({ features: 3, ...small }), rows, quick),
  "realnvp-1d-conditional": () =>
    fit(realNVP({ features: 1, context: 2, ...small }), column(rows), { ...quick, context }),
  nice: () => fit(nice({ features: 3, ...small }), rows, quick),
  gaussian: () => fitGaussian(rows),
  "gaussian-mixture": () => fitGaussianMixture(rows),
};

/** @param {number[][]} table */
function column(table) {
  return table.map(([value = 0]) => [value]);
}

/**
 * Export a model and say what its files must give.
 *
 * @param {string} name
 * @param {Model} fitted
 * @param {string} folder
 */
async function casesOf(name, fitted, folder) {
  const functions = /** @type {const} */ (["logProb", "encode", "decode", "sample"]);
  const files = await fitted.exportOnnx(join(folder, name), { functions });
  const model = await load(await fitted.toBytes(), { engine: "jax" });
  return Promise.all(
    files.map(async ({ path, function: what, inputs, output }) => ({
      path,
      inputs,
      output,
      metadata: { "pushforward.flow": model.flowName, "pushforward.function": what },
      runs: await Promise.all(
        COUNTS.map(async (count) => {
          const feeds = Object.fromEntries(inputs.map((input) => [input.name, draw(input, count)]));
          return { feeds, expected: await expected(model, what, feeds) };
        }),
      ),
    })),
  );
}

/**
 * @param {OnnxTensor} input
 * @param {number} count
 * @returns {Numbers}
 */
function draw({ shape, meaning }, count) {
  const extents = shape.map((extent) => (extent === "n" ? count : extent));
  const size = extents.reduce((product, extent) => product * extent, 1);
  const isUniform = meaning.includes("uniform");
  const data = Array.from({ length: size }, () =>
    Math.fround(isUniform ? random.uniform() : random.normal()),
  );
  return { data, shape: extents };
}

/**
 * What the model itself gives; null where its facade does not say, as for the draws of a base that
 * is not standard normal.
 *
 * @param {Model} model
 * @param {"logProb" | "encode" | "decode" | "sample"} what
 * @param {Record<string, Numbers>} feeds
 * @returns {Promise<number[] | null>}
 */
async function expected(model, what, { x, z, noise, context }) {
  const options = context ? { context } : {};
  if (what === "logProb" && x) return Array.from(await model.logProb(x, options));
  if (what === "encode" && x) return Array.from((await model.encode(x, options)).data);
  if (what === "decode" && z) return Array.from((await model.decode(z, options)).data);
  if (!noise || !isStandardNormal(model.flow.flow?.base ?? model.flow)) return null;
  const { data } = await model.decode(noise, options);
  return Array.from(data, (value, i) => onGrid(model, i, value));
}

/** @param {Model["flow"]} base */
function isStandardNormal({ kind, spec: { options } }) {
  return kind === "normal" && "covariance" in options && options.covariance === "identity";
}

/**
 * @param {Model} model
 * @param {number} index
 * @param {number} value
 */
function onGrid({ columns }, index, value) {
  const { step, origin = 0 } = columns[index % columns.length] ?? {};
  return step === undefined ? value : origin + Math.round((value - origin) / step) * step;
}

/** @param {string} python */
function packagesOf(python) {
  const found = spawnSync(python, ["-c", "import numpy, onnx, onnxruntime"], { encoding: "utf8" });
  if (found.status === 0) return true;
  const reason = found.error?.message ?? found.stderr.trim().split("\n").at(-1);
  console.error(
    `${python} cannot be used: ${reason}\nIt needs the packages onnx and onnxruntime:\n` +
      "  python3 -m venv onnx-venv && onnx-venv/bin/pip install onnx onnxruntime\n" +
      "  npm run check:onnx -- --python onnx-venv/bin/python",
  );
  return false;
}

async function main() {
  const { values } = parseArgs({ options: { python: { type: "string", default: "python3" } } });
  if (!packagesOf(values.python)) return 1;
  const folder = mkdtempSync(join(tmpdir(), "pushforward-onnx-"));
  try {
    const cases = [];
    for (const [name, build] of Object.entries(models)) {
      cases.push(...(await casesOf(name, await build(), folder)));
    }
    const file = join(folder, "cases.json");
    writeFileSync(file, JSON.stringify(cases));
    return spawnSync(values.python, [script, file], { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main();
