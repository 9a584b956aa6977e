import * as Plot from "@observablehq/plot";
import { splitMix32 } from "../table/split-mix.ts";
import { type Axis, axis } from "./axis.ts";
import { codedName } from "./coded-name.ts";
import { type Bar, binEdges, histogram } from "./histogram.ts";
import { textWidth, whole } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { dataColor, frameColor, modelColor } from "./palette.ts";
import { extent, nearby, padded, type Range, robustRange, within } from "./range.ts";
import { dotStyle } from "./scatter.ts";
import { element, fontSize, type Panel, type Placed, picture, plotPanel } from "./svg.ts";
import { column, columnCount, evenly, rowCount, type Table } from "./table.ts";
import type { TimeScale } from "./time-ticks.ts";

export interface PairPlotOptions {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** For each column of categories, which are coded from 0 on: what they are called. */
  readonly categories?: readonly (readonly string[] | undefined)[];
  /** For each column, where it is a date or a time. */
  readonly times?: readonly (TimeScale | undefined)[];
  /** For each column the distance of its values, where they lie on a grid: its dots are spread over its cells. */
  readonly steps?: readonly (number | undefined)[];
  readonly data: Table;
  /** What the legend calls these rows; default "data". */
  readonly dataName?: string;
  /** Rows sampled from the model, with the same columns. */
  readonly samples: Table;
  /** Most dots per panel; default: as many as keep the file small, at most 1500. */
  readonly rows?: number;
}

/** One column: what of it is in view, its values, and where their dots are. */
interface Variable {
  readonly view: Range;
  readonly data: Float64Array;
  readonly samples: Float64Array;
  readonly dots: { readonly data: Float64Array; readonly samples: Float64Array };
  readonly across: Axis;
  readonly upward: Axis;
  /** Its name on one or several lines, with what is taken out of the tick labels. */
  titleOn(axis: Axis): string[];
}

const mostColumns = 8;
const mostDots = 14000;
const gap = 8;
const tickSize = 9;
const lineHeight = 13;
/** Lines of a name. */
const mostLines = 3;
/** Room for these, and a margin to their left. */
const nameRoom = 46;
const leastTickRoom = 42;
/** How far from its value a dot may lie, in steps of the grid: so that the cells stay apart. */
const spread = 0.3;
const labelStyle = { fill: "#333", overflow: "visible" };

/**
 * Draws every pair of columns: the data below the diagonal, samples of the model above it, both
 * distributions of a single column on it. Outliers do not stretch the axes. Of more than 8 columns
 * the first 8 are drawn, and the legend says so.
 *
 * @returns an SVG document.
 */
export function pairPlot(options: PairPlotOptions): string {
  const { names, data } = options;
  const all = Math.min(names.length, columnCount(data));
  const count = Math.min(all, mostColumns);
  const side = Math.max(104, Math.min(190, Math.floor(800 / count)));
  const variables = Array.from({ length: count }, (_, index) => variable(options, index, side));
  const panels = Math.max(1, count * (count - 1));
  const dots = options.rows ?? Math.min(1500, Math.floor(mostDots / panels));

  const [first, ...others] = variables.map(({ upward }) => Math.ceil(upward.labelWidth));
  const left = nameRoom + Math.max(leastTickRoom, ...others.map((widest) => widest + 10));
  const right = count > 1 ? (first ?? 0) : 0;
  const width = left + count * (side + gap) + 8 + right;
  const key = legend(legendItems(options, variables, dots, all), width - 24);
  const top = key.height + 18;
  const at = (index: number) => index * (side + gap);
  const placed: Placed[] = [{ panel: key, x: 12, y: 8 }];
  variables.forEach((rowVariable, row) => {
    variables.forEach((columnVariable, index) => {
      const panel =
        row === index
          ? diagonalPanel(rowVariable, side)
          : scatterPanel(columnVariable, rowVariable, side, dots, row > index);
      placed.push({ panel, x: left + at(index), y: top + at(row) });
    });
    const labels = leftLabels(rowVariable, { left, side, isFirst: row === 0 });
    placed.push({ panel: labels, x: 0, y: top + at(row) });
    placed.push({
      panel: bottomLabels(rowVariable, side),
      x: left + at(row),
      y: top + at(count) - gap,
    });
  });
  const [upper] = variables;
  if (upper && count > 1) {
    placed.push({ panel: rightTicks(upper, side), x: left + at(count), y: top });
  }
  const height = Math.max(...placed.map(({ panel, y }) => y + panel.height));
  return picture(`Pairs of ${names.join(", ")}`, width, height, placed);
}

function variable(options: PairPlotOptions, index: number, side: number): Variable {
  const [data, samples] = [column(options.data, index), column(options.samples, index)];
  const [time, step = 0] = [options.times?.[index], options.steps?.[index]];
  const ofData = robustRange(data);
  // The model's range may be wider, but a wild sample must not squeeze the data into a corner.
  const ofSamples = Array.from(samples, (value) => nearby(value, ofData)).sort((a, b) => a - b);
  const central = [0.02, 0.98].map((share) => ofSamples[Math.round(share * (samples.length - 1))]);
  const [low, high] = extent([...ofData, ...central.filter((value) => value !== undefined)]);
  const view = padded([low - step / 2, high + step / 2], 0.06);
  const layout = { length: side, fontSize: tickSize, time, step };
  const categories = options.categories?.[index] ?? [];
  return {
    view,
    data,
    samples,
    dots: {
      data: spreadOut(data, step, 2 * index),
      samples: spreadOut(samples, step, 2 * index + 1),
    },
    across: axis("", view, { ...layout, horizontal: true }),
    upward: axis("", view, { ...layout, horizontal: false }),
    titleOn({ title }) {
      const name = `${options.names[index]} ${title}`.trim();
      return codedName(name, categories, { room: side, fontSize, limit: mostLines });
    },
  };
}

/** Values of a grid, moved at random within their cells, so that their dots do not hide each other. */
function spreadOut(values: Float64Array, step: number, seed: number): Float64Array {
  if (step === 0) return values;
  const uniform = splitMix32(seed);
  return values.map((value) => value + spread * step * (2 * uniform() - 1));
}

function legendItems(
  { data, samples, dataName = "data" }: PairPlotOptions,
  variables: readonly Variable[],
  dots: number,
  all: number,
): LegendItem[] {
  const some = (table: Table) => {
    const rows = rowCount(table);
    return `${whole(rows)} rows${rows > dots ? `, ${whole(dots)} drawn` : ""}`;
  };
  const outside = variables.some(({ data: values, view }) => values.some((v) => !within(v, view)));
  const items: LegendItem[] = [
    {
      mark: "dot",
      color: dataColor,
      label: `${dataName}: below the diagonal, outlines on it (${some(data)})`,
    },
    {
      mark: "dot",
      color: modelColor,
      label: `model: above the diagonal, areas on it (${some(samples)})`,
    },
  ];
  if (outside) items.push({ mark: "note", label: "Outliers lie outside the axes." });
  if (all > variables.length) {
    items.push({ mark: "note", label: `The first ${variables.length} of ${all} columns.` });
  }
  return items;
}

function scatterPanel(
  x: Variable,
  y: Variable,
  side: number,
  dots: number,
  ofData: boolean,
): Panel {
  const rows = ofData ? "data" : "samples";
  const [xs, ys] = [x.dots[rows], y.dots[rows]];
  const inside: [number, number][] = [];
  xs.forEach((value, row) => {
    const other = ys[row] as number;
    if (within(value, x.view) && within(other, y.view)) inside.push([value, other]);
  });
  const drawn = evenly(inside.length, dots).map((index) => inside[index] as [number, number]);
  const style = dotStyle(drawn.length * 2);
  return plotPanel({
    ...bare(side),
    x: { domain: [...x.view], axis: null },
    y: { domain: [...y.view], axis: null },
    marks: [
      Plot.dot(drawn, { ...style, r: style.r - 0.3, fill: ofData ? dataColor : modelColor }),
      Plot.frame({ stroke: frameColor }),
    ],
  });
}

function diagonalPanel({ view, data, samples }: Variable, side: number): Panel {
  const edges = binEdges(data, view);
  const model = histogram(samples, edges);
  const bars = histogram(data, edges);
  const top = Math.max(...bars.map(({ density }) => density), 0);
  // A model with one wild bin must not hide the data: its bars are cut at twice the data's.
  const highest = Math.min(Math.max(top, ...model.map(({ density }) => density)), 2 * top || 1);
  const inView = (all: readonly Bar[]) =>
    all.map((bar) => ({ ...bar, density: nearby(bar.density, [0, highest]) }));
  return plotPanel({
    ...bare(side),
    x: { domain: [...view], axis: null },
    y: { domain: [0, 1.08 * highest], axis: null },
    marks: [
      Plot.rectY(inView(model), {
        x1: "from",
        x2: "to",
        y: "density",
        fill: modelColor,
        fillOpacity: 0.35,
        clip: true,
      }),
      Plot.line(outline(bars), { stroke: dataColor, strokeWidth: 1.5, clip: true }),
      Plot.frame({ stroke: frameColor }),
    ],
  });
}

/** The upper edge of a histogram, down to 0 at both ends. */
function outline(bars: readonly Bar[]): [number, number][] {
  const steps = bars.flatMap(({ from, to, density }): [number, number][] => [
    [from, density],
    [to, density],
  ]);
  const first = steps[0];
  const last = steps[steps.length - 1];
  if (first === undefined || last === undefined) return [];
  return [[first[0], 0], ...steps, [last[0], 0]];
}

function bare(side: number) {
  return { width: side, height: side, margin: 1 };
}

/** Ticks and name to the left of a row. The first panel of the first row is a histogram: there the height is a density. */
function leftLabels(
  { upward, titleOn }: Variable,
  { left, side, isFirst }: { left: number; side: number; isFirst: boolean },
): Panel {
  const turned = (text: string, x: number, size: number) => {
    const transform = `translate(${x},${side / 2}) rotate(-90)`;
    return element("text", { transform, "text-anchor": "middle", "font-size": size }, text);
  };
  const nodes = isFirst
    ? [turned("density", left - 8, tickSize)]
    : tickLabels(upward, side, left - 5, "end");
  const lines = titleOn(upward);
  const texts = lines.map((line, index) =>
    turned(line, nameRoom - (lines.length - 1 - index) * lineHeight, fontSize),
  );
  const size = { width: left, height: side };
  return { node: element("svg", { ...size, ...labelStyle }, ...nodes, ...texts), ...size };
}

/** Ticks to the right of the first row, beside the panels where the height is its column. */
function rightTicks({ upward }: Variable, side: number): Panel {
  const size = { width: Math.ceil(upward.labelWidth), height: side };
  const nodes = tickLabels(upward, side, 5 - gap, "start");
  return { node: element("svg", { ...size, ...labelStyle }, ...nodes), ...size };
}

/** Tick labels of an upward axis, above each other at `x`. */
function tickLabels(upward: Axis, side: number, x: number, anchor: "start" | "end"): SVGElement[] {
  return placedTicks(upward, side, () => tickSize).map(({ text, place }) => {
    const at = { x, y: side - place, dy: "0.35em", "text-anchor": anchor };
    return element("text", { ...at, "font-size": tickSize }, text);
  });
}

/** Ticks and name below a column. */
function bottomLabels({ across, titleOn }: Variable, side: number): Panel {
  const nodes = placedTicks(across, side, (text) => textWidth(text, tickSize)).map(
    ({ text, place }) =>
      element("text", { x: place, y: 14, "text-anchor": "middle", "font-size": tickSize }, text),
  );
  const lines = titleOn(across);
  const texts = lines.map((line, index) =>
    element("text", { x: side / 2, y: 31 + index * lineHeight, "text-anchor": "middle" }, line),
  );
  const size = { width: side, height: 28 + lines.length * lineHeight };
  return { node: element("svg", { ...size, ...labelStyle }, ...nodes, ...texts), ...size };
}

/** Tick labels along a side, without those that would run into the next panel's. */
function placedTicks(
  { ticks, domain, format }: Axis,
  side: number,
  size: (text: string) => number,
): { text: string; place: number }[] {
  return ticks
    .map((tick) => {
      const place = ((tick - domain[0]) / (domain[1] - domain[0])) * side;
      return { text: format(tick), place };
    })
    .filter(({ text, place }) => {
      const overhang = size(text) / 2 - gap / 2 + 1;
      return place >= overhang && place <= side - overhang;
    });
}
