import { basename } from "node:path";
import type { Model } from "pushforward";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { layersPlot, shownDraws } from "../plot/index.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { densityPicture, SAMPLES } from "./density-picture.ts";
import { type BaselineEngine, baselineEngine } from "./engine-options.ts";
import { columnNames, type ModelTable, readModelTable } from "./model-table.ts";
import type { Picture, PlotCommandOptions, TablePictureName } from "./picture.ts";
import { tableTrainingPicture } from "./training-picture.ts";

/** A picture of a model of tables, beside the rows of one or the model's own samples. */
export async function tablePicture(
  model: Model,
  what: TablePictureName,
  path: string | undefined,
  options: PlotCommandOptions,
  console: Console,
): Promise<Picture> {
  refuseOptionsOf("images", options, "the model is one of tables");
  const needed = what === "training" ? undefined : path;
  if (path && !needed) console.note(`The training curve needs no table: ${path} is not read.`);
  const found = needed ? await readModelTable(model, needed, options) : null;
  for (const notice of found?.table.notices ?? []) console.note(notice);
  return pictures[what](model, found, options.seed, baselineEngine(options, console));
}

const pictures = { density, layers, training: tableTrainingPicture };

async function density(
  model: Model,
  found: ModelTable | null,
  seed: number,
  engine: BaselineEngine,
): Promise<Picture> {
  const rows = found?.rows ?? (await model.sample(SAMPLES, { seed }));
  return {
    parts: [await densityPicture(model, rows, seed, engine)],
    subtitle: found
      ? `${counted(found.table.rows, "row")} of ${basename(found.table.source)}`
      : `${counted(SAMPLES, "sample")} of the model in the place of data`,
  };
}

async function layers(model: Model, _: ModelTable | null, seed: number): Promise<Picture> {
  const stages = await model.trace(SAMPLES, { seed });
  const shown = shownDraws(stages);
  const samples = counted(SAMPLES, "sample");
  const drawn = shown < SAMPLES ? `${shown.toLocaleString("en-US")} of ${samples} drawn` : samples;
  return {
    parts: [layersPlot({ stages, names: columnNames(model) })],
    subtitle: `${drawn}, on their way from the base to the data`,
  };
}
