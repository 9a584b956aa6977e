import { readFile } from "node:fs/promises";
import { load, type Model, ModelFileError } from "pushforward";
import { decodeSafetensors } from "pushforward/io";

/**
 * Loads a model file.
 *
 * @throws ModelFileError in the command's words: a checkpoint is called one.
 */
export async function loadModelFile(path: string): Promise<Model> {
  try {
    return await load(path);
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    if (await isCheckpoint(path)) {
      throw new ModelFileError(
        `${path}: is the checkpoint of an unfinished fit, not a model; repeat that fit with ` +
          `--checkpoint ${path} to finish it`,
      );
    }
    throw new ModelFileError(error.message.replace("model.save", "`pushforward fit`"));
  }
}

async function isCheckpoint(path: string): Promise<boolean> {
  try {
    const { metadata } = decodeSafetensors(await readFile(path), path);
    return metadata.format === "pushforward-checkpoint";
  } catch {
    return false;
  }
}

/** Why a checkpoint cannot be continued, and the way out. */
export function checkpointError(path: string, { message }: ModelFileError): ModelFileError {
  const reason = message.replace(/^checkpoint:? (it )?/, "").split(/[.;] |[.;]$/)[0];
  const wayOut = /another run/.test(message)
    ? "repeat the same options, or delete it to start anew"
    : "name another file, or delete it to start anew";
  return new ModelFileError(`checkpoint ${path}: ${reason}; ${wayOut}`);
}
