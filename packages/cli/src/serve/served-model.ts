import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { load, type Model, ModelFileError } from "pushforward";
import type { EngineOptions } from "../commands/engine-options.ts";
import { readError } from "../images/read-bytes.ts";

/** A model, and which file it is from: that may be another one by now. */
export interface ServedModel {
  readonly model: Model;
  /** Its name, without the folders. */
  readonly file: string;
  /** Fingerprint of the bytes that were loaded. */
  readonly sha256: string;
  readonly loadedAt: Date;
}

export interface ServedModelOptions extends EngineOptions {
  /** Hears when another engine stands in for the one asked for. */
  onNotice: (message: string) => void;
}

/**
 * Loads the model that a file holds now.
 *
 * @throws DataError when the file cannot be read; ModelFileError when it holds no model.
 */
export async function loadServedModel(
  path: string,
  { engine, onNotice }: ServedModelOptions,
): Promise<ServedModel> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  const model = await load(bytes, { engine, onNotice }).catch((error: unknown) => {
    if (!(error instanceof ModelFileError)) throw error;
    throw new ModelFileError(error.message.replace(/^model/, path), { cause: error });
  });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { model, file: basename(path), sha256, loadedAt: new Date() };
}
