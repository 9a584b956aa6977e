import { holdsImages } from "../images/holds-images.ts";
import { fitImages } from "./fit-images.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { fitTable } from "./fit-table.ts";

/** Fits a flow to a table or to images, and writes the model. */
export async function fitCommand(
  path: string | undefined,
  options: FitCommandOptions,
): Promise<void> {
  if (path !== undefined && (await holdsImages(path, options.table)))
    await fitImages(path, options);
  else await fitTable(path, options);
}
