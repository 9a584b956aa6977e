import { BITS, CLASSES, InputError, oneHot, partOf, SIDE } from "./digits-images.mjs";

/** @typedef {import("./digits-images.mjs").Digits} Digits */
/** @typedef {import("pushforward").Model} Model */

/** Images that the classifier is asked about: each costs ten densities. */
const ASKED = 1000;

/**
 * Draws of the noise that spreads pixels over their cells, over which a probability is averaged: as many as the page
 * takes, since with fewer it comes out smaller, and drawings are compared with what is measured here.
 */
const DRAWS = 4;

/** What a visitor should know of the data. */
const DATA = {
  name: "MNIST",
  authors: "Yann LeCun, Corinna Cortes, Christopher J. C. Burges",
  licence: "CC BY-SA 3.0",
  licenceUrl: "https://creativecommons.org/licenses/by-sa/3.0/",
  preparation:
    `Each digit is cut out and put, by the box around its ink, in the middle of ${SIDE} by ${SIDE} ` +
    `pixels; grey values 0 to 255 become 0 to ${2 ** BITS - 1}, value >> ${8 - BITS}.`,
};

/**
 * What the model is, how it was made and how good it is on test images.
 * @param {Model} model @param {Digits} test
 * @param {{ command: string, settings: object, training: object, bytes: number, seed: number }} made
 */
export async function cardOf(model, test, { command, settings, training, bytes, seed }) {
  const rows = { data: test.data, shape: test.shape };
  const context = oneHot(test.labels);
  const scored = await model.evaluate(rows, { context, seed });
  const scores = await model.logMass(rows, { context, seed, draws: DRAWS });
  return {
    title: "Glow of handwritten digits, given the digit",
    data: DATA,
    command,
    model: {
      bytes,
      parameters: model.parameterCount,
      shape: model.shape,
      values: 2 ** BITS,
      context: CLASSES,
    },
    settings,
    training,
    test: {
      images: scored.rows,
      bitsPerDimension: scored.bitsPerDimension,
      standardError: scored.bitsPerDimensionError,
      unit: `bits per pixel of ${BITS} bits, given the class; not comparable with pixels of 8 bits`,
      byClass: { draws: DRAWS, ...bitsByClass(scores, test) },
    },
    classifier: {
      rule: "the class c with the largest p(image | c): Bayes' rule, all classes equally probable",
      images: Math.min(ASKED, test.shape[0]),
      draws: DRAWS,
      accuracy: await accuracyOf(model, partOf(test, 0, Math.min(ASKED, test.shape[0])), seed),
    },
  };
}

/**
 * Bits per pixel that the images of each class take, given their class, and how many of them lie within two standard
 * deviations of the mean of their class: a 1 takes half as many as an 8.
 * @param {ArrayLike<number>} scores nats of each image @param {Pick<Digits, "shape" | "labels">} digits
 */
export function bitsByClass(scores, { shape: [, ...event], labels }) {
  const pixels = event.reduce((size, length) => size * length, 1);
  const classes = CLASSES.map((name, label) => {
    const own = Array.from(scores).filter((_, image) => labels[image] === label);
    if (own.length < 2) {
      throw new InputError(
        `the test file holds ${own.length} images of the digit ${name}, expected several: those of MNIST`,
      );
    }
    const bits = own.map((score) => -score / (pixels * Math.LN2));
    const mean = bits.reduce((sum, value) => sum + value, 0) / bits.length;
    const squares = bits.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / (bits.length - 1));
    const usual = bits.filter((value) => Math.abs(value - mean) <= 2 * deviation).length;
    return { images: bits.length, mean, deviation, usual };
  });
  const usual = classes.reduce((sum, own) => sum + own.usual, 0);
  return {
    images: classes.map(({ images }) => images),
    bitsPerDimension: classes.map(({ mean }) => rounded(mean)),
    standardDeviation: classes.map(({ deviation }) => rounded(deviation)),
    withinTwoDeviations: usual / scores.length,
  };
}

/** The page shows two decimals. @param {number} value */
const rounded = (value) => Number(value.toFixed(3));

/** The card as a file: lists in one line, as the project formats JSON. @param {object} card */
export function cardText(card) {
  const text = JSON.stringify(card, null, 2);
  const lists = /\[\s+([^[\]{}]*?)\s+\]/g;
  return `${text.replace(lists, (_, inner) => `[${inner.replaceAll(/\s*\n\s*/g, " ")}]`)}\n`;
}

/** Share of the images whose own class gives them the most probability. @param {Model} model @param {Digits} digits @param {number} seed */
async function accuracyOf(model, { data, shape, labels }, seed) {
  const [count] = shape;
  const best = new Float32Array(count).fill(-Infinity);
  const answers = new Uint8Array(count);
  for (const [label] of CLASSES.entries()) {
    // One seed: the noise is the same whatever the class, and cannot decide between them.
    const scores = await model.logMass(
      { data, shape },
      { context: oneHot([label]), seed, draws: DRAWS },
    );
    scores.forEach((score, image) => {
      if (score <= best[image]) return;
      best[image] = score;
      answers[image] = label;
    });
  }
  return answers.filter((answer, image) => answer === labels[image]).length / count;
}
