import {
  imageFlowPlusPlus,
  imageGlow,
  imageNice,
  imageRealNVP,
} from "../../packages/pushforward/dist/flows/index.js";

/** @typedef {import("../../packages/pushforward/dist/index.js").Distribution} Distribution */
/** @typedef {import("./data-sets.mjs").DataSet} DataSet */

/**
 * @typedef {object} FlowEntry
 * @property {string} id
 * @property {string} title
 * @property {string} about its sizes
 * @property {readonly DataSet["id"][]} data that it is fitted to
 * @property {boolean} givenClass whether it models images given their class
 * @property {boolean} learnsNoise within the cells of pixel values: it then has no density at noisy images
 * @property {boolean} scoresAnomalies
 * @property {number} batchSize
 * @property {number} learningRate
 * @property {(options: { shape: readonly number[], context: number }) => Distribution} build
 */

const glowSizes = "8 steps in each scale, networks of 64 and 64 channels";

/** What was best for Glow in short trials. */
const glowTraining = { batchSize: 16, learningRate: 5e-3 };

/** The library's defaults for images. */
const usualTraining = { batchSize: 32, learningRate: 3e-3 };

/** @param {{ shape: readonly number[], context: number }} options */
const glow = (options) => imageGlow({ ...options, steps: 8, hidden: [64, 64], alpha: 1e-6 });

/** @type {readonly FlowEntry[]} */
export const flows = [
  {
    id: "glow",
    title: "Glow",
    about: glowSizes,
    data: ["mnist", "fashion_mnist"],
    givenClass: false,
    learnsNoise: false,
    scoresAnomalies: true,
    ...glowTraining,
    build: glow,
  },
  {
    id: "glow-class",
    title: "Glow, given the class",
    about: glowSizes,
    data: ["mnist"],
    givenClass: true,
    learnsNoise: false,
    scoresAnomalies: false,
    ...glowTraining,
    build: glow,
  },
  {
    id: "realnvp",
    title: "Real NVP",
    about: "networks of 2 residual blocks with 32 channels",
    data: ["mnist"],
    givenClass: false,
    learnsNoise: false,
    scoresAnomalies: false,
    ...usualTraining,
    build: (options) => imageRealNVP({ ...options, width: 32, blocks: 2, alpha: 1e-6 }),
  },
  {
    id: "nice",
    title: "NICE",
    about:
      "the paper's couplings, 4 by 5 layers of 1000, and its logistic base, but on logits of the pixels",
    data: ["mnist"],
    givenClass: false,
    learnsNoise: false,
    scoresAnomalies: false,
    batchSize: 200,
    learningRate: 1e-3,
    build: (options) =>
      imageNice({ ...options, layers: 4, hidden: [1000, 1000, 1000, 1000, 1000], alpha: 1e-6 }),
  },
  {
    id: "flow++",
    title: "Flow++",
    about: "mixtures of 4, networks of 1 residual block with 32 channels, learned dequantisation",
    data: ["mnist"],
    givenClass: false,
    learnsNoise: true,
    scoresAnomalies: false,
    ...usualTraining,
    build: (options) =>
      imageFlowPlusPlus({ ...options, width: 32, blocks: 1, components: 4, alpha: 1e-6 }),
  },
];
