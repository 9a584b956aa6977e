import { uploadParameters } from "../core/parameters.ts";
import { ready } from "../engine/index.ts";
import { readFile } from "../io/files.ts";
import { decodeModel } from "../io/model-file.ts";
import type { Factories } from "../io/rebuild.ts";
import { Model } from "./model.ts";

/**
 * Load a model that {@link Model.save} wrote.
 *
 * @param source a path (Node only) or the file's bytes, such as `await response.arrayBuffer()`.
 * @param options.factories factories of parts of your own making, by family and kind.
 * @throws ModelFileError when it cannot be read, is truncated, foreign, or of a newer format.
 */
export async function load(
  source: string | Uint8Array | ArrayBuffer,
  { factories }: { factories?: Factories | undefined } = {},
): Promise<Model> {
  const bytes = await bytesOf(source);
  await ready();
  const name = typeof source === "string" ? source : "model";
  const { flow, layout, parameters, columns, history } = decodeModel(bytes, name, factories);
  return new Model({ flow, params: uploadParameters(layout, parameters), columns, history });
}

async function bytesOf(source: string | Uint8Array | ArrayBuffer): Promise<Uint8Array> {
  if (typeof source === "string") return readFile(source);
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}
