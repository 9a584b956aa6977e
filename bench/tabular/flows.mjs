import {
  ffjord,
  maf,
  nsf,
  nsfAutoregressive,
  realNVP,
} from "../../packages/pushforward/dist/flows/index.js";

/** @typedef {import("../../packages/pushforward/dist/index.js").Distribution} Distribution */
/** @typedef {"POWER" | "MINIBOONE" | "BSDS300"} Published a data set of the papers */
/** @typedef {Published | "other"} Name "other": tables that the papers do not have, small ones */

/**
 * A flow with a paper's settings.
 * @typedef {object} Recipe
 * @property {Distribution} flow
 * @property {number} steps that the paper takes; infinite where it goes on until validation gets worse
 * @property {number} batchSize
 * @property {number} learningRate
 * @property {number} weightDecay
 */

/**
 * @typedef {object} FlowEntry
 * @property {string} id
 * @property {string} title
 * @property {(name: Name, features: number) => Recipe} recipe
 * @property {Partial<Record<Published, string>>} published test log-likelihood, with two deviations of
 *   the mean where the paper has them
 */

/**
 * Appendix B of Durkan et al. 2019 (arXiv:1906.04032), as [rows per step, thousands of steps, learning
 * rate, layers, residual blocks, width, bins, dropout]; tables that it does not have take MINIBOONE's,
 * the smallest.
 * @type {Record<"coupling" | "autoregressive", Record<Name, number[]>>}
 */
const splineSettings = {
  coupling: {
    POWER: [512, 400, 5e-4, 10, 2, 256, 8, 0],
    MINIBOONE: [128, 200, 3e-4, 10, 1, 32, 4, 0.2],
    BSDS300: [512, 400, 5e-4, 20, 1, 128, 8, 0.2],
    other: [128, 200, 3e-4, 10, 1, 32, 4, 0.2],
  },
  autoregressive: {
    POWER: [512, 400, 5e-4, 10, 2, 256, 8, 0],
    MINIBOONE: [64, 250, 3e-4, 10, 2, 64, 4, 0.2],
    BSDS300: [512, 400, 5e-4, 10, 2, 512, 8, 0.2],
    other: [64, 250, 3e-4, 10, 2, 64, 4, 0.2],
  },
};

/** @param {keyof typeof splineSettings} kind @param {Name} name @param {number} features @returns {Recipe} */
function splineRecipe(kind, name, features) {
  const [batchSize, thousands, learningRate, layers, blocks, width, bins, dropout] =
    splineSettings[kind][name];
  const build = kind === "coupling" ? nsf : nsfAutoregressive;
  const flow = build({
    ...{ features, layers, bins, dropout, bound: 3, residual: true, activation: "relu" },
    hidden: Array.from({ length: blocks }, () => width),
  });
  return { flow, steps: 1000 * thousands, batchSize, learningRate, weightDecay: 0 };
}

/**
 * The code of Papamakarios et al. 2017 (arXiv:1705.07057); of the sizes that it chooses from by
 * validation, two hidden layers, 512 wide for BSDS300, and for tables
 * that it does not have the smallest.
 * @type {Record<Name, number>}
 */
const mafWidths = { POWER: 100, MINIBOONE: 512, BSDS300: 512, other: 100 };

/** @param {typeof maf | typeof realNVP} build @param {Name} name @param {number} features @returns {Recipe} */
function mafRecipe(build, name, features) {
  const width = mafWidths[name];
  const flow = build({ features, layers: 5, hidden: [width, width], activation: "relu" });
  return { flow, steps: Infinity, batchSize: 100, learningRate: 1e-4, weightDecay: 1e-6 };
}

/**
 * Appendix B of Grathwohl et al. 2019 (arXiv:1810.01367), as [rows per step, layers, hidden layers, units per column,
 * activation]; tables that it does not have take MINIBOONE's, the smallest.
 * @type {Record<Name, [number, number, number, number, "tanh" | "softplus"]>}
 */
const ffjordSettings = {
  POWER: [10_000, 5, 3, 10, "tanh"],
  MINIBOONE: [1000, 1, 2, 20, "softplus"],
  BSDS300: [10_000, 2, 3, 20, "softplus"],
  other: [1000, 1, 2, 20, "softplus"],
};

/**
 * The paper solves to tolerances in training; here training takes few equal steps, and scores are solved to tolerance.
 * @param {Name} name @param {number} features @returns {Recipe}
 */
function ffjordRecipe(name, features) {
  const [batchSize, layers, depth, unitsPerColumn, activation] = ffjordSettings[name];
  const hidden = Array.from({ length: depth }, () => unitsPerColumn * features);
  const dynamics = "concatSquash";
  const flow = ffjord({ features, layers, hidden, activation, dynamics, solver: { steps: 4 } });
  return { flow, steps: Infinity, batchSize, learningRate: 1e-3, weightDecay: 1e-6 };
}

/** @type {readonly FlowEntry[]} */
export const flows = [
  {
    id: "realnvp",
    title: "Real NVP (5)",
    recipe: (name, features) => mafRecipe(realNVP, name, features),
    published: { BSDS300: "152.97 ± 0.28" },
  },
  {
    id: "maf",
    title: "MAF (5)",
    recipe: (name, features) => mafRecipe(maf, name, features),
    published: { BSDS300: "155.69 ± 0.28" },
  },
  { id: "ffjord", title: "FFJORD", recipe: ffjordRecipe, published: { BSDS300: "157.40" } },
  {
    id: "nsf",
    title: "RQ-NSF (C)",
    recipe: (name, features) => splineRecipe("coupling", name, features),
    published: { BSDS300: "157.54 ± 0.28" },
  },
  {
    id: "nsf-ar",
    title: "RQ-NSF (AR)",
    recipe: (name, features) => splineRecipe("autoregressive", name, features),
    published: { BSDS300: "157.31 ± 0.28" },
  },
];

/** A normal distribution with full covariance, to see that data and units are the published ones. */
export const gaussian = {
  id: "gaussian",
  title: "Gaussian",
  published: { BSDS300: "96.67 ± 0.25" },
};
