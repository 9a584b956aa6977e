import { openConsole } from "../terminal/console.ts";
import { imageModel } from "./image-model.ts";
import { loadModel } from "./load-model.ts";
import type { SampleCommandOptions } from "./sample-options.ts";
import { sampleTable } from "./sample-table.ts";

/** Draws rows from a model and writes them as a table, or images and writes them as such. */
export async function sampleCommand(
  modelPath: string,
  options: SampleCommandOptions,
): Promise<void> {
  const console = openConsole();
  const model = await loadModel(modelPath, options, console);
  const images = imageModel(modelPath, model);
  if (!images) return sampleTable(modelPath, model, options, console);
  // What writes images takes a while to load, and tables do without it.
  const { sampleImages } = await import("./sample-images.ts");
  return sampleImages(images, options, console);
}
