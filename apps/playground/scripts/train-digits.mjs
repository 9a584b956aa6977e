// Trains the digits of the playground: writes public/digits.safetensors, the model, and
// public/digits.json, its card.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import runtime from "onnxruntime-node";
import { fit, useOnnxRuntime } from "pushforward";
import { cardOf, cardText } from "./digits-card.mjs";
import { digitsFlow, SIZES } from "./digits-flow.mjs";
import { CLASSES, InputError, oneHot, partOf, readDigits } from "./digits-images.mjs";

const help = `Trains the flow of handwritten digits that the playground shows.

  node apps/playground/scripts/train-digits.mjs --data FOLDER [options]

  --data FOLDER   the four IDX files of MNIST, as they are or gzipped
  --out FOLDER    where digits.safetensors and digits.json go (default: apps/playground/public)
  --steps N       training steps (default: 8500)
  --seed N        of everything that is random (default: 0)
  --threads N     of ONNX Runtime (default: all cores; on a busy machine 1 is faster)
  --help

Build the library first: npm run build.`;

/** The last images of the training file are for validation. */
const VALIDATION_IMAGES = 1000;

const VALIDATIONS = 20;

const TRAINING = { batchSize: 32, learningRate: 5e-3 };

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError) && !isParseError(error)) throw error;
  console.error(`train-digits: ${error.message.replace(/\.$/, "")}. See --help.`);
  process.exitCode = 2;
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      data: { type: "string" },
      out: { type: "string" },
      steps: { type: "string", default: "8500" },
      seed: { type: "string", default: "0" },
      threads: { type: "string", default: "0" },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  if (!options.data)
    throw new InputError("--data is missing: the folder of the IDX files of MNIST");
  const steps = wholeNumber("steps", options.steps, VALIDATIONS);
  const seed = wholeNumber("seed", options.seed, 0);
  useThreads(wholeNumber("threads", options.threads, 0));
  const out = options.out ?? fileURLToPath(new URL("../public", import.meta.url));
  const [given, test] = [
    await readDigits(options.data, "train"),
    await readDigits(options.data, "t10k"),
  ];
  // Found out now, and not after an hour of training.
  await mkdir(out, { recursive: true });

  const { model, training } = await train(given, { steps, seed });
  const bytes = await model.toBytes();
  await writeFile(join(out, "digits.safetensors"), bytes);
  console.log("Scoring the test images ...");
  const card = await cardOf(model, test, {
    command: `node apps/playground/scripts/train-digits.mjs --data <MNIST> --steps ${steps} --seed ${seed}`,
    settings: { ...SIZES, ...TRAINING, optimizer: "adam", schedule: "cosine", seed },
    training,
    ...{ bytes: bytes.length, seed },
  });
  await writeFile(join(out, "digits.json"), cardText(card));
  console.log(cardText(card));
  console.log(`Written: ${join(out, "digits.safetensors")}, ${join(out, "digits.json")}`);
  model.dispose();
}

/**
 * The weights of the best validation.
 * @param {import("./digits-images.mjs").Digits} given @param {{ steps: number, seed: number }} options
 */
async function train(given, { steps, seed }) {
  const [count] = given.shape;
  if (count <= VALIDATION_IMAGES) {
    throw new InputError(
      `the training file holds ${count} images, expected more than ${VALIDATION_IMAGES}: those of MNIST`,
    );
  }
  const train = partOf(given, 0, count - VALIDATION_IMAGES);
  const validation = partOf(given, count - VALIDATION_IMAGES, count);
  let bestStep = 0;
  const model = await fit(
    digitsFlow(SIZES),
    { data: train.data, shape: train.shape },
    {
      ...{ ...TRAINING, steps, seed, contextNames: CLASSES },
      context: oneHot(train.labels),
      validation: { data: validation.data, shape: validation.shape },
      validationContext: oneHot(validation.labels),
      validateEvery: Math.floor(steps / VALIDATIONS),
      patience: Infinity,
      onProgress: (report) => {
        if (report.type === "notice") console.log(report.message);
        if (report.type !== "validation") return;
        bestStep = report.bestStep;
        console.log(`step ${report.step} of ${steps}: ${report.loss.toFixed(1)} nats per image`);
      },
    },
  );
  const [images] = train.shape;
  const epochs = (steps * TRAINING.batchSize) / images;
  const training = { images, validationImages: VALIDATION_IMAGES, steps, bestStep, epochs };
  return { model, training };
}

/** 0 lets ONNX Runtime choose. @param {number} threads */
function useThreads(threads) {
  useOnnxRuntime({
    Tensor: runtime.Tensor,
    env: Object.assign(runtime.env, { logLevel: "fatal" }),
    InferenceSession: {
      create: (/** @type {Uint8Array} */ bytes, /** @type {object} */ options) =>
        runtime.InferenceSession.create(bytes, { ...options, intraOpNumThreads: threads }),
    },
  });
}

/** @param {string} option @param {string} text @param {number} least */
function wholeNumber(option, text, least) {
  const number = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(number) && number >= least) return number;
  throw new InputError(`--${option} must be a whole number from ${least} on, got "${text}"`);
}

/** Whether `parseArgs` refused the command line. @param {unknown} error @returns {error is Error} */
function isParseError(error) {
  const { code = "" } = /** @type {{ code?: string }} */ (error);
  return error instanceof Error && code.startsWith("ERR_PARSE_ARGS");
}
