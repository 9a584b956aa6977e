import { basename } from "node:path";
import { DomainError } from "pushforward";
import { checkOutput } from "../output/output-file.ts";
import { figure, writeFigure } from "../plot/index.ts";
import { openConsole } from "../terminal/console.ts";
import { imageModel } from "./image-model.ts";
import { loadModel } from "./load-model.ts";
import { type PlotCommandOptions, pictureNames } from "./picture.ts";
import { imagePicture } from "./plot-images.ts";
import { tablePicture } from "./plot-table.ts";

/** Draws a model into a PNG or SVG file. */
export async function plotCommand(
  modelPath: string,
  path: string | undefined,
  options: PlotCommandOptions,
): Promise<void> {
  const console = openConsole();
  const model = await loadModel(modelPath, options, console);
  const images = imageModel(modelPath, model);
  const { labels, what = pictureNames[images ? "images" : "tables"][0] } = options;
  const { out = `${what}.png` } = options;
  const inputs = [path, labels].filter((input) => input !== undefined);
  await checkOutput(out, [modelPath, ...inputs]);
  const { parts, subtitle } = images
    ? await imagePicture(images, nameOf("images", what, modelPath), path, options, console)
    : await tablePicture(model, nameOf("tables", what, modelPath), path, options, console);
  const title = `${titles[what]} of ${basename(modelPath)}`;
  await writeFigure(figure({ title, subtitle }, ...parts), out);
  if (options.json) {
    const { engineName: engine } = model;
    console.print(JSON.stringify({ command: "plot", model: modelPath, what, engine, out }));
  } else {
    console.print(`${out}: ${what} of ${modelPath}`);
  }
}

const titles = {
  density: "Density",
  scores: "Scores",
  calibration: "Calibration",
  quality: "Samples beside data",
  layers: "Layers",
  trajectories: "Trajectories",
  training: "Training",
  samples: "Samples",
  interpolation: "Interpolations",
  reconstruction: "Scales",
  likelihood: "Likelihood",
};

/** What to draw, if it is among what can be drawn of such a model. */
function nameOf<K extends keyof typeof pictureNames>(kind: K, what: string, modelPath: string) {
  const names: readonly string[] = pictureNames[kind];
  if (names.includes(what)) return what as (typeof pictureNames)[K][number];
  throw new DomainError(
    `--what ${what}: ${modelPath} is a model of ${kind}; take one of ${names.join(", ")}`,
  );
}
