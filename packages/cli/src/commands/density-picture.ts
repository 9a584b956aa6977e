import { fitGaussian, type Model } from "pushforward";
import { densityCurve, densityMap, pairPlot } from "../plot/index.ts";
import type { BaselineEngine } from "./engine-options.ts";
import { eventNames } from "./event-names.ts";
import { eventTimes } from "./event-times.ts";
import { drawBeside, type ModelRows } from "./model-rows.ts";
import { tableNumbers } from "./table-numbers.ts";

/** Rows to show beside the model: data, or samples in their place. */
interface ShownRows {
  data: ArrayLike<number>;
  shape: readonly number[];
}

/** Rows drawn from a model for a pair plot. */
const SAMPLES = 2000;

const MAP_SIDE = 160;
const CURVE_POINTS = 512;

/** A model's density with rows: of one number a curve, of two a map, else a pair plot of the columns. */
export function densityPicture(
  model: Model,
  found: ModelRows,
  seed: number,
  engine: BaselineEngine,
): Promise<string> {
  const names = eventNames(model);
  const isPlain =
    !model.condShape && (model.table?.fields ?? []).every(({ type }) => type === "number");
  if (isPlain && names.length === 1) return curve(model, names, found.events, engine);
  if (isPlain && names.length === 2) return map(model, names, found.events);
  return pairs(model, found, seed);
}

async function curve(
  model: Model,
  names: readonly string[],
  rows: ShownRows,
  engine: BaselineEngine,
): Promise<string> {
  const xs = gridOver(rows, 0, CURVE_POINTS);
  const grid = { data: xs, shape: [xs.length, ...model.shape] };
  // Without a Gaussian where the rows are too few or all the same.
  const gaussian = await fitGaussian({ data: rows.data, shape: [rows.data.length, 1] }, engine)
    .then((model) => model.logProb({ data: xs, shape: [xs.length, 1] }))
    .catch(() => null);
  return densityCurve({
    name: names[0] as string,
    time: eventTimes(model)[0],
    xs,
    density: densities(await model.logProb(grid)),
    values: rows.data,
    ...(gaussian && { baseline: { name: "Gaussian", density: densities(gaussian) } }),
  });
}

async function map(model: Model, names: readonly string[], rows: ShownRows): Promise<string> {
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
    times: eventTimes(model),
    xs,
    ys,
    density: densities(logDensity),
    points: rows,
  });
}

async function pairs(model: Model, found: ModelRows, seed: number): Promise<string> {
  // Another seed: without a table, the rows shown are a sample themselves.
  const samples = tableNumbers(model, await drawBeside(model, found, SAMPLES, seed + 1));
  const { names, categories, times, steps, ...data } = tableNumbers(model, found.table);
  const dataName = found.source === undefined ? "other samples" : "data";
  return pairPlot({ names, categories, times, steps, data, samples, dataName });
}

const densities = (logDensity: Float32Array): Float64Array =>
  Float64Array.from(logDensity, Math.exp);

/** Even steps over the bulk of a column and a margin around it. */
function gridOver(rows: ShownRows, column: number, points: number): Float64Array {
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
