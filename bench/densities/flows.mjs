import {
  bernsteinFlow,
  bnaf,
  ffjord,
  flowMatching,
  flowPlusPlus,
  gaussianization,
  glow,
  iaf,
  linearFlow,
  made,
  maf,
  naf,
  nice,
  nsf,
  nsfAutoregressive,
  planarFlow,
  radialFlow,
  realNVP,
  residualFlow,
  sumOfSquaresFlow,
  sylvesterFlow,
  umnn,
} from "../../packages/pushforward/dist/flows/index.js";

/** @typedef {import("../../packages/pushforward/dist/index.js").Distribution} Distribution */

/**
 * A flow of the grid.
 * @typedef {object} FlowEntry
 * @property {string} id
 * @property {string} title
 * @property {string} about its size, and what sets it apart
 * @property {() => Distribution} build
 * @property {Partial<import("./measure.mjs").Training>} training replaces common settings
 * @property {Record<string, Partial<import("./measure.mjs").Training>>} onTargets replaces those on some targets
 */

/**
 * @param {string} id @param {string} title @param {string} about @param {() => Distribution} build
 * @param {FlowEntry["training"]} [training] @param {FlowEntry["onTargets"]} [onTargets] @returns {FlowEntry}
 */
function flow(id, title, about, build, training = {}, onTargets = {}) {
  return { id, title, about, build, training, onTargets };
}

const features = 2;

/** For flows whose steps take longest. */
const fewer = { steps: 600 };

/** Of the networks of both continuous flows. */
const velocity = /** @type {const} */ ({
  dynamics: "concat",
  activation: "silu",
  frequencies: [1, 2, 4, 8],
});

/** @type {readonly FlowEntry[]} */
export const flows = [
  flow("linear", "linear", "one LU map", () => linearFlow({ features })),
  flow("planar", "planar", "32 layers", () => planarFlow({ features, layers: 32 })),
  flow("radial", "radial", "32 layers", () => radialFlow({ features, layers: 32 })),
  flow("sylvester", "Sylvester", "16 layers", () => sylvesterFlow({ features, layers: 16 })),
  flow("residual", "residual", "8 contractions", () => residualFlow({ features })),
  flow("nice", "NICE", "8 additive couplings", () => nice({ features, layers: 8 })),
  flow("realnvp", "RealNVP", "8 affine couplings, batch norm", () => realNVP({ features })),
  flow("glow", "Glow", "8 affine couplings, LU, actNorm", () => glow({ features })),
  flow("made", "MADE MoG", "10 normals", () => made({ features, components: 10 })),
  flow("maf", "MAF", "5 affine layers, batch norm", () => maf({ features })),
  flow("iaf", "IAF", "5 affine layers", () => iaf({ features }), fewer),
  flow("sos", "SOS", "3 polynomial layers", () => sumOfSquaresFlow({ features }), fewer),
  flow("bernstein", "Bernstein", "3 polynomial layers", () => bernsteinFlow({ features }), fewer),
  flow("naf", "NAF", "3 deep sigmoidal layers", () => naf({ features }), fewer),
  flow("bnaf", "BNAF", "3 layers of 32 units per column", () => bnaf({ features })),
  flow(
    "ffjord",
    "FFJORD",
    "3 hidden layers of 64, Fourier features, RNODE's penalties",
    () =>
      ffjord({
        ...{ features, ...velocity, hidden: [64, 64, 64], solver: { steps: 6 } },
        ...{ kineticEnergy: 0.005, jacobianNorm: 0.005 },
      }),
    { learningRate: 4e-3 },
  ),
  flow(
    "flow-matching",
    "flow matching",
    "3 hidden layers of 96, Fourier features",
    () => flowMatching({ features, ...velocity, hidden: [96, 96, 96] }),
    { steps: 8000, learningRate: 1e-2 },
    { checkerboard: { steps: 16_000, batchSize: 512, learningRate: 2e-2 } },
  ),
  flow("umnn", "UMNN", "3 integrated layers", () => umnn({ features }), fewer),
  flow(
    "gaussianization",
    "Gaussianization",
    "8 layers",
    () => gaussianization({ features }),
    fewer,
  ),
  flow(
    "flow++",
    "Flow++",
    "5 couplings, mixtures of 8 logistics",
    () => flowPlusPlus({ features }),
    fewer,
  ),
  flow("nsf", "NSF (C)", "5 spline couplings, LU", () => nsf({ features })),
  flow("nsf-ar", "NSF (AR)", "5 spline layers, LU", () => nsfAutoregressive({ features })),
];
