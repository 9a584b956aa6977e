import { uploadParameters } from "../core/parameters.ts";
import { ready } from "../engine/index.ts";
import { readFile } from "../io/files.ts";
import { decodeModel } from "../io/model-file.ts";
import type { Factories } from "../io/rebuild.ts";
import { Model } from "./model.ts";

/**
 * Load a model that {@link Model.save} wrote.
 *
 * @param source a path (Node only) or the file's bytes.
 * @param options.factories factories of parts of your own making, by family and kind.
 * @throws ModelFileError when it cannot be read, is truncated, foreign, or of a newer format.
 */
export async function load(
  source: string | Uint8Array,
  { factories }: { factories?: Factories } = {},
): Promise<Model> {
  const bytes = typeof source === "string" ? await readFile(source) : source;
  await ready();
  const name = typeof source === "string" ? source : "model";
  const { flow, layout, parameters, columns, history } = decodeModel(bytes, name, factories);
  return new Model({ flow, params: uploadParameters(layout, parameters), columns, history });
}
