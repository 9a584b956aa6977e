import { fitGaussian, fitGaussianMixture, load, type Model, type Samples } from "pushforward";
import { checkOutput } from "../output/output-file.ts";
import {
  densityCurve,
  densityMap,
  figure,
  layersPlot,
  pairPlot,
  trainingCurve,
  writeFigure,
} from "../plot/index.ts";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { columnNames, type ModelTable, readModelTable, type TableOptions } from "./model-table.ts";

export interface PlotCommandOptions extends TableOptions {
  what: "density" | "layers" | "training";
  seed: number;
  out?: string;
  json?: boolean;
}

/** What the pictures show beside the model. */
interface Shown {
  rows: { data: ArrayLike<number>; shape: readonly number[] };
  /** Whose rows they are, in words. */
  origin: string;
}

const ROWS = 2000;
const MAP_SIDE = 160;
const CURVE_POINTS = 512;

/** Draws a model into a PNG or SVG file. */
export async function plotCommand(
  modelPath: string,
  tablePath: string | undefined,
  options: PlotCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { what, seed, out = `${what}.png` } = options;
  await checkOutput(out);
  const model = await load(modelPath);
  const found = tablePath ? await readModelTable(model, tablePath, options) : null;
  for (const notice of found?.table.notices ?? []) console.note(notice);
  const part = await pictures[what](model, found, seed);
  const svg = figure({ title: `${titles[what]} of ${basename(modelPath)}`, subtitle: part.subtitle }, part.svg);
  await writeFigure(svg, out);
  if (options.json) {
    console.print(JSON.stringify({ command: "plot", model: modelPath, what, out }));
  } else {
    console.print(`${out}: ${what} of ${modelPath}`);
  }
}

const pictures = { density: densityPicture, layers: layersPicture, training: trainingPicture };

async function densityPicture(model: Model, found: ModelTable | null, seed: number) {
  const names = columnNames(model);
  const shown = found
    ? { rows: found.rows, origin: `${counted(found.table.rows, "row")} of ${found.table.source}` }
    : {
        rows: await model.sample(ROWS, { seed }),
        origin: `${counted(ROWS, "sample")} of the model`,
      };
  const draw = names.length === 1 ? curve : names.length === 2 ? map : pairs;
  const part = await draw(model, names, shown, seed);
  return figure({ title: `Density: ${model.flowName}`, subtitle: shown.origin }, part);
}

async function curve(model: Model, names: readonly string[], { rows }: Shown): Promise<string> {
  const xs = gridOver(rows, 0, CURVE_POINTS);
  const grid = { data: xs, shape: [xs.length, ...model.shape] };
  const gaussian = await fitGaussian({ data: rows.data, shape: [...rows.shape] });
  return densityCurve({
    name: names[0] as string,
    xs,
    density: densities(await model.logProb(grid)),
    values: rows.data,
    baseline: {
      name: "Gaussian",
      density: densities(await gaussian.logProb({ data: xs, shape: [xs.length, 1] })),
    },
  });
}

async function map(model: Model, names: readonly string[], { rows }: Shown): Promise<string> {
  const xs = gridOver(rows, 0, MAP_SIDE);
  const ys = gridOver(rows, 1, MAP_SIDE);
  const cells = new Float64Array(2 * xs.length * ys.length);
  let place = 0;
  for (const y of ys) {
    for (const x of xs) {
      cells[place++] = x;
      cells[place++] = y;
    }
  }
  const logDensity = await model.logProb({
    data: cells,
    shape: [xs.length * ys.length, ...model.shape],
  });
  return densityMap({
    names: [names[0] as string, names[1] as string],
    xs,
    ys,
    density: densities(logDensity),
    points: rows,
  });
}

async function pairs(model: Model, names: readonly string[], { rows }: Shown, seed: number) {
  // Another seed: without a table, the rows shown are a sample themselves.
  const samples = await model.sample(Math.min(ROWS, rows.shape[0] as number), { seed: seed + 1 });
  return pairPlot({ names, data: rows, samples });
}

async function layersPicture(model: Model, _: ModelTable | null, seed: number) {
  const stages = await model.trace(ROWS, { seed });
  const subtitle = `${counted(ROWS, "sample")}, from the base through every layer to the data`;
  return figure(
    { title: `Layers: ${model.flowName}`, subtitle },
    layersPlot({ stages, names: columnNames(model) }),
  );
}

async function trainingPicture(model: Model, found: ModelTable | null) {
  const { history } = model;
  const best = history.reduce(
    (least, entry) => (entry.validation < least.validation ? entry : least),
    history[0] ?? { step: 0, train: Number.NaN, validation: Number.NaN },
  );
  return figure(
    { title: `Training: ${model.flowName}` },
    trainingCurve({
      history,
      bestStep: best.step,
      references: found ? await references(found.rows) : [],
    }),
  );
}

/** What a Gaussian and a mixture make of the same rows, as losses. */
async function references(rows: Samples | ModelTable["rows"]) {
  const models = [await fitGaussian(rows), await fitGaussianMixture(rows)];
  const evaluations = await Promise.all(models.map((model) => model.evaluate(rows)));
  return models.map(({ flowName }, index) => ({
    name: flowName,
    value: -(evaluations[index]?.logProb ?? Number.NaN),
  }));
}

const densities = (logDensity: Float32Array): Float64Array =>
  Float64Array.from(logDensity, Math.exp);

/** Even steps over the bulk of a column and a margin around it. */
function gridOver(rows: Shown["rows"], column: number, points: number): Float64Array {
  const width = rows.shape.slice(1).reduce((size, length) => size * length, 1);
  const values = Float64Array.from(
    { length: rows.shape[0] as number },
    (_, row) => rows.data[row * width + column] as number,
  ).sort();
  const tail = Math.floor(values.length * 0.002);
  const low = values[tail] as number;
  const high = values[values.length - 1 - tail] as number;
  const margin = 0.12 * (high - low || Math.abs(high) || 1);
  const step = (high - low + 2 * margin) / (points - 1);
  return Float64Array.from({ length: points }, (_, index) => low - margin + index * step);
}
