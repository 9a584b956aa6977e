/**
 * Draw the figures of the documentation: flows fitted to densities that are known exactly.
 *
 * Writes docs/images/*.png, and docs/figures.json with the divergence of each fit from the truth.
 * Run it after a build: `npm run figures`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fit, nsf } from "../packages/pushforward/dist/index.js";
import { hostRandom } from "../packages/pushforward/dist/numerics/host-random.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "packages/cli/dist/main.js");
const TRAIN_ROWS = 20_000;
const TEST_ROWS = 20_000;

/** @typedef {ReturnType<typeof hostRandom>} Random */
/** @typedef {{ names: string[], draw: (random: Random) => number[], logDensity: (x: number[]) => number }} Target */

/** @param {number} x @param {number} mean @param {number} deviation */
const logNormal = (x, mean, deviation) =>
  -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

/**
 * An equal mixture of round normals.
 * @param {string[]} names @param {number[][]} centres @param {number} deviation
 * @returns {Target}
 */
function mixture(names, centres, deviation) {
  return {
    names,
    draw: (random) => {
      const centre = centres[random.integer(centres.length)] ?? [];
      return centre.map((mean) => mean + deviation * random.normal());
    },
    logDensity: (x) => {
      const terms = centres.map((centre) =>
        centre.reduce((sum, mean, i) => sum + logNormal(x[i] ?? 0, mean, deviation), 0),
      );
      const peak = Math.max(...terms);
      const total = terms.reduce((sum, term) => sum + Math.exp(term - peak), 0);
      return peak + Math.log(total / centres.length);
    },
  };
}

/** @type {Record<string, Target>} */
const targets = {
  banana: {
    names: ["x1", "x2"],
    draw: (random) => {
      const x2 = 4 * random.normal();
      return [x2 ** 2 / 4 + random.normal(), x2];
    },
    logDensity: ([x1 = 0, x2 = 0]) => logNormal(x1, x2 ** 2 / 4, 1) + logNormal(x2, 0, 4),
  },
  "mixture-1d": mixture(["x"], [[-3], [0], [4]], 0.7),
  "mixture-2d": mixture(
    ["x1", "x2"],
    [
      [-2, -2],
      [2, -2],
      [0, 2],
    ],
    0.6,
  ),
};

/**
 * Fit, score and draw one target. The divergence is the mean of `log p_true - log p_model` over
 * fresh draws.
 * @param {Target} target @param {string} name @param {string} folder
 */
async function fitTarget(target, name, folder) {
  /** @param {number} seed @param {number} count */
  const draws = (seed, count) => {
    const random = hostRandom(seed);
    return Array.from({ length: count }, () => target.draw(random));
  };
  const train = draws(1, TRAIN_ROWS);
  const test = draws(2, TEST_ROWS);
  const model = await fit(nsf({ features: target.names.length }), train, { columns: target.names });
  const scores = await model.logProb(test);
  const gaps = test.map((row, i) => target.logDensity(row) - (scores[i] ?? Number.NaN));
  const mean = gaps.reduce((sum, gap) => sum + gap / gaps.length, 0);
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2 / gaps.length, 0);

  const file = join(folder, `${name}.safetensors`);
  const table = join(folder, `${name}.csv`);
  await model.save(file);
  const lines = [target.names, ...train.slice(0, 1000)].map((row) => row.join(","));
  writeFileSync(table, `${lines.join("\n")}\n`);
  plot(file, table, "--out", join(root, "docs/images", `${name}.png`));
  if (name === "banana") {
    plot(file, "--what", "layers", "--out", join(root, "docs/images/banana-layers.png"));
  }
  return {
    klDivergence: Number(mean.toFixed(5)),
    standardError: Number(Math.sqrt(variance / gaps.length).toFixed(5)),
    trainingRows: TRAIN_ROWS,
    testRows: TEST_ROWS,
    parameters: model.parameterCount,
    steps: model.history.at(-1)?.step,
  };
}

/** @param {string[]} args */
function plot(...args) {
  execFileSync(process.execPath, [command, "plot", ...args], { stdio: "inherit" });
}

const folder = mkdtempSync(join(tmpdir(), "pushforward-figures-"));
try {
  /** @type {Record<string, unknown>} */
  const results = {};
  for (const [name, target] of Object.entries(targets)) {
    results[name] = await fitTarget(target, name, folder);
    console.log(name, results[name]);
  }
  writeFileSync(join(root, "docs/figures.json"), `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
