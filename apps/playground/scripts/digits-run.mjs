import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "./digits-images.mjs";

/**
 * A training that is over: its model, and what its card says of how the model came about.
 * @typedef {object} Run
 * @property {Uint8Array} bytes of digits.safetensors
 * @property {{ seed: number, threads?: number }} settings
 * @property {{ steps: number }} training
 */

/** @param {string} folder @returns {Promise<Run>} */
export async function readRun(folder) {
  const path = join(folder, "digits.json");
  const card = parsed(await read(path), path);
  const bytes = await read(join(folder, "digits.safetensors"));
  const { settings, training, model } = card ?? {};
  if (!Number.isSafeInteger(settings?.seed) || !Number.isSafeInteger(training?.steps)) {
    throw new InputError(
      `${path}: is no card of a training: it has no settings.seed and training.steps that are whole numbers`,
    );
  }
  if (model?.bytes !== bytes.length) {
    throw new InputError(
      `${folder}: digits.json is the card of a model of ${model?.bytes} bytes, but digits.safetensors has ` +
        `${bytes.length}; take both from one training`,
    );
  }
  return { bytes, settings, training };
}

/** @param {string} path @returns {Promise<Uint8Array>} */
async function read(path) {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes) return bytes;
  throw new InputError(
    `${path}: there is no such file that can be read; --model must be the folder that a training wrote to`,
  );
}

/** @param {Uint8Array} bytes @param {string} path */
function parsed(bytes, path) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new InputError(`${path}: is not JSON`, { cause: error });
  }
}
