// Trains the digits of the playground, or takes a model that is trained: writes public/digits.safetensors, the
// model, and public/digits.json, its card.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import runtime from "onnxruntime-node";
import { fit, load, ModelFileError, useOnnxRuntime } from "pushforward";
import { cardOf, cardText } from "./digits-card.mjs";
import { digitsFlow, SIZES } from "./digits-flow.mjs";
import { CLASSES, InputError, oneHot, partOf, readDigits } from "./digits-images.mjs";
import { readRun } from "./digits-run.mjs";

const STEPS = 30_000;

const help = `Trains the flow of handwritten digits that the playground shows.

  node apps/playground/scripts/train-digits.mjs --data FOLDER [options]

  --data FOLDER   the four IDX files of MNIST, as they are or gzipped
  --out FOLDER    where digits.safetensors and digits.json go (default: apps/playground/public)
  --steps N       training steps (default: ${STEPS}, those of the model that comes with the page)
  --seed N        of everything that is random (default: 0)
  --threads N     of ONNX Runtime (default: all cores; on a busy machine 1 is faster)
  --model FOLDER  train nothing: take digits.safetensors and digits.json of an earlier run from there, score the
                  model again and write both to --out; where that card does not say how many threads trained
                  the model, --threads does
  --help

Build the library first: npm run build.`;

/** The last images of the training file are for validation. */
const VALIDATION_IMAGES = 1000;

const VALIDATIONS = 20;

const TRAINING = { batchSize: 32, learningRate: 5e-3 };

try {
  await main();
} catch (error) {
  const isForPeople = error instanceof InputError || error instanceof ModelFileError;
  if (!isForPeople && !isParseError(error)) throw error;
  console.error(`train-digits: ${error.message.replace(/\.$/, "")}. See --help.`);
  process.exitCode = 2;
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      data: { type: "string" },
      out: { type: "string" },
      steps: { type: "string" },
      seed: { type: "string" },
      threads: { type: "string" },
      model: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  if (!options.data)
    throw new InputError("--data is missing: the folder of the IDX files of MNIST");
  const threads = wholeNumber("threads", options.threads ?? "0", 0);
  useThreads(threads);
  const out = options.out ?? fileURLToPath(new URL("../public", import.meta.url));
  const test = await readDigits(options.data, "t10k");
  const run = options.model
    ? await earlierRun(options.model, options)
    : await newRun(options.data, options, threads, out);
  const { bytes, settings, training } = run;

  const model = await load(bytes);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "digits.safetensors"), bytes);
  console.log("Scoring the test images ...");
  const card = await cardOf(model, test, {
    ...{ command: commandOf(settings, training), settings, training },
    ...{ bytes: bytes.length, seed: settings.seed },
  });
  await writeFile(join(out, "digits.json"), cardText(card));
  console.log(cardText(card));
  console.log(`Written: ${join(out, "digits.safetensors")}, ${join(out, "digits.json")}`);
  model.dispose();
}

/**
 * A model that is there already, and how it came about.
 * @param {string} folder @param {{ steps?: string, seed?: string, threads?: string }} options
 */
async function earlierRun(folder, options) {
  const ofTraining = ["steps", "seed"].find((name) => options[name] !== undefined);
  if (ofTraining) {
    throw new InputError(
      `--${ofTraining} is for training, but --model takes a model that is trained; leave one of them out`,
    );
  }
  const { bytes, settings, training } = await readRun(folder);
  const given = options.threads === undefined ? undefined : Number(options.threads);
  return { bytes, settings: { ...settings, threads: settings.threads ?? given }, training };
}

/** @param {string} data @param {{ steps?: string, seed?: string }} options @param {number} threads @param {string} out */
async function newRun(data, options, threads, out) {
  const steps = wholeNumber("steps", options.steps ?? String(STEPS), VALIDATIONS);
  const seed = wholeNumber("seed", options.seed ?? "0", 0);
  const given = await readDigits(data, "train");
  // Found out now, and not after an hour of training.
  await mkdir(out, { recursive: true });
  const { model, training } = await train(given, { steps, seed });
  const bytes = await model.toBytes();
  model.dispose();
  const settings = { ...SIZES, ...TRAINING, optimizer: "adam", schedule: "cosine", seed, threads };
  return { bytes, settings, training };
}

/** What makes the model again. @param {{ seed: number, threads?: number }} settings @param {{ steps: number }} training */
function commandOf({ seed, threads }, { steps }) {
  const program = "node apps/playground/scripts/train-digits.mjs --data <MNIST>";
  return `${program} --steps ${steps} --seed ${seed}${threads ? ` --threads ${threads}` : ""}`;
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
