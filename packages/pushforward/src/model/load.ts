import { checkOptionNames } from "../core/check-options.ts";
import { uploadParameters } from "../core/parameters.ts";
import { type EngineChoice, type Notify, startEngine } from "../engine/index.ts";
import { readFile } from "../io/files.ts";
import { decodeModel } from "../io/model-file.ts";
import { type Factories, families } from "../io/rebuild.ts";
import { Model } from "./model.ts";

export interface LoadOptions {
  factories?: Factories | undefined;
  engine?: EngineChoice | undefined;
  onNotice?: Notify | undefined;
}

/**
 * Load a model that {@link Model.save} wrote.
 *
 * @param source a path (Node only) or the file's bytes, such as `await response.arrayBuffer()`.
 * @param options.factories factories of parts of your own making, by family and kind.
 * @param options.engine what runs the programs; default: `PUSHFORWARD_ENGINE`, else ONNX Runtime where
 * there is one.
 * @param options.onNotice hears when jax-js stands in for ONNX Runtime, now or later; default: a
 * warning on the console.
 * @throws ModelFileError when it cannot be read, is truncated, foreign, or of a newer format.
 */
export async function load(
  source: string | Uint8Array | ArrayBuffer,
  options: LoadOptions = {},
): Promise<Model> {
  checkOptionNames("load", options, ["factories", "engine", "onNotice"]);
  const { factories, engine: choice, onNotice } = options;
  checkOptionNames("load: factories", factories ?? {}, families);
  const bytes = await bytesOf(source);
  const engine = await startEngine(choice, onNotice);
  const name = typeof source === "string" ? source : "model";
  const { layout, parameters, ...parts } = decodeModel(bytes, name, factories);
  return new Model({ ...parts, params: uploadParameters(layout, parameters), engine });
}

async function bytesOf(source: string | Uint8Array | ArrayBuffer): Promise<Uint8Array> {
  if (typeof source === "string") return readFile(source);
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}
