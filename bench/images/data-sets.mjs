import { join } from "node:path";
import { firstImages, selectImages } from "../../packages/cli/dist/images/image-rows.js";
import { readImages } from "../../packages/cli/dist/images/read-images.js";
import { checkLabels, readLabels } from "../../packages/cli/dist/images/read-labels.js";

/** @typedef {import("../../packages/cli/dist/images/image-rows.js").ImageRows} ImageRows */

/**
 * What a flow learns from and is tested on; all with the classes of the images.
 * @typedef {{ train: ImageRows, validation: ImageRows, test: ImageRows }} Split
 */

/**
 * A published result, in the units that its paper reports.
 * @typedef {object} Published
 * @property {string} title
 * @property {string} source
 * @property {number} [bitsPerDimension]
 * @property {number} [unitCube] nats
 * @property {number} [logitSpace] nats
 */

/**
 * @typedef {object} DataSet
 * @property {"mnist" | "fashion_mnist"} id also the folder's name
 * @property {string} title
 * @property {DataSet["id"]} other whose test images are strange to a model of this one
 * @property {readonly Published[]} published
 */

/** The last images of the training file are for validation, as Papamakarios et al. 2017 have it. */
const TRAIN_IMAGES = 50_000;

/** Of those every so many-th, as a validation of all takes too long. */
const VALIDATION_STRIDE = 10;

/** @type {readonly DataSet[]} */
export const dataSets = [
  {
    id: "mnist",
    title: "MNIST",
    other: "fashion_mnist",
    published: [
      { title: "Real NVP", source: "Grathwohl et al. 2019", bitsPerDimension: 1.06 },
      { title: "Glow", source: "Grathwohl et al. 2019", bitsPerDimension: 1.05 },
      { title: "FFJORD", source: "Grathwohl et al. 2019", bitsPerDimension: 0.99 },
      { title: "Residual Flow", source: "Chen et al. 2019", bitsPerDimension: 0.97 },
      { title: "NICE", source: "Dinh et al. 2015", unitCube: 1980.5 },
      { title: "MADE", source: "Papamakarios et al. 2017", logitSpace: -1380.8 },
      { title: "Real NVP on vectors", source: "Papamakarios et al. 2017", logitSpace: -1323.2 },
      { title: "MAF", source: "Papamakarios et al. 2017", logitSpace: -1300.5 },
    ],
  },
  { id: "fashion_mnist", title: "Fashion-MNIST", other: "mnist", published: [] },
];

/** @param {DataSet["id"]} id */
export function dataSet(id) {
  return dataSets.find((set) => set.id === id) ?? dataSets[0];
}

/**
 * @param {string} folder of all data sets @param {DataSet} set
 * @param {{ testImages: number }} most images to test on, and to validate on
 * @returns {Promise<Split>}
 */
export async function loadSplit(folder, set, { testImages }) {
  const given = await readPart(join(folder, set.id), "train");
  const held = Math.ceil((given.shape[0] - TRAIN_IMAGES) / VALIDATION_STRIDE);
  const validated = Uint32Array.from(
    { length: Math.min(held, testImages) },
    (_, i) => TRAIN_IMAGES + VALIDATION_STRIDE * i,
  );
  return {
    train: firstImages(given, TRAIN_IMAGES),
    validation: selectImages(given, validated),
    test: await loadTest(folder, set, { testImages }),
  };
}

/** @param {string} folder @param {DataSet} set @param {{ testImages: number }} most */
export async function loadTest(folder, set, { testImages }) {
  return firstImages(await readPart(join(folder, set.id), "t10k"), testImages);
}

/** @param {string} folder @param {"train" | "t10k"} part @returns {Promise<ImageRows>} */
async function readPart(folder, part) {
  const images = await readImages(join(folder, `${part}-images-idx3-ubyte.gz`));
  const labels = await readLabels(join(folder, `${part}-labels-idx1-ubyte.gz`));
  checkLabels(labels, images);
  return { data: images.pixels, shape: [images.count, ...images.shape], labels };
}
