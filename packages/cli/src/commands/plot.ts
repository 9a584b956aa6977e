import { basename } from "node:path";
import { DataError, type Model } from "pushforward";
import { checkOutput } from "../output/output-file.ts";
import { figure, layersPlot, shownDraws, trainingCurve, writeFigure } from "../plot/index.ts";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { densityPicture, SAMPLES } from "./density-picture.ts";
import { type BaselineEngine, baselineEngine } from "./engine-options.ts";
import {
  columnNames,
  loadModel,
  type ModelTable,
  readModelTable,
  type TableOptions,
} from "./model-table.ts";

export interface PlotCommandOptions extends TableOptions {
  what: "density" | "layers" | "training";
  seed: number;
  out?: string;
  json?: boolean;
}

interface Picture {
  svg: string;
  subtitle: string;
}

/** Draws a model into a PNG or SVG file. */
export async function plotCommand(
  modelPath: string,
  tablePath: string | undefined,
  options: PlotCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { what, seed, out = `${what}.png` } = options;
  await checkOutput(out, [modelPath, ...(tablePath ? [tablePath] : [])]);
  const model = await loadModel(modelPath, options, console);
  const needed = what === "training" ? undefined : tablePath;
  if (tablePath && !needed) {
    console.note(`The training curve needs no table: ${tablePath} is not read.`);
  }
  const found = needed ? await readModelTable(model, needed, options) : null;
  for (const notice of found?.table.notices ?? []) console.note(notice);
  const part = await pictures[what](model, found, seed, baselineEngine(options, console));
  const svg = figure(
    { title: `${titles[what]} of ${basename(modelPath)}`, subtitle: part.subtitle },
    part.svg,
  );
  await writeFigure(svg, out);
  if (options.json) {
    const { engineName: engine } = model;
    console.print(JSON.stringify({ command: "plot", model: modelPath, what, engine, out }));
  } else {
    console.print(`${out}: ${what} of ${modelPath}`);
  }
}

const titles = { density: "Density", layers: "Layers", training: "Training" };
const pictures = { density, layers, training };

async function density(
  model: Model,
  found: ModelTable | null,
  seed: number,
  engine: BaselineEngine,
): Promise<Picture> {
  const rows = found?.rows ?? (await model.sample(SAMPLES, { seed }));
  return {
    svg: await densityPicture(model, rows, seed, engine),
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
    svg: layersPlot({ stages, names: columnNames(model) }),
    subtitle: `${drawn}, on their way from the base to the data`,
  };
}

async function training(model: Model): Promise<Picture> {
  const { history } = model;
  if (history.length === 0) {
    throw new DataError("plot: the model holds no training history; draw --what density instead");
  }
  const best = history.reduce((least, entry) =>
    entry.validation < least.validation ? entry : least,
  );
  return { svg: trainingCurve({ history, bestStep: best.step }), subtitle: model.flowName };
}
