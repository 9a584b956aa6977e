import { holdsImages } from "../images/holds-images.ts";
import { fitImages } from "./fit-images.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { fitTable } from "./fit-table.ts";

/** Fits a flow to a table or to images, and writes the model. */
export async function fitCommand(path: string, options: FitCommandOptions): Promise<void> {
  const fit = (await holdsImages(path)) ? fitImages : fitTable;
  await fit(path, options);
}
