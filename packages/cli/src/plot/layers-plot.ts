import * as Plot from "@observablehq/plot";
import { axis, axisMarks } from "./axis.ts";
import { type Bar, binEdges, histogram } from "./histogram.ts";
import { shortened } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { directionColor, frameColor, orderColor } from "./palette.ts";
import { padded, type Range, robustRange, within } from "./range.ts";
import { element, fontSize, type Panel, type Placed, picture, plotPanel } from "./svg.ts";
import { column, columnCount, evenly, rowCount, type Table } from "./table.ts";

/** A sample at one place of the chain; row `i` is the same draw in every stage. */
export interface Stage extends Table {
  readonly name: string;
}

export interface LayersPlotOptions {
  /** The base sample, then the sample after each layer, last in data space. */
  readonly stages: readonly Stage[];
  /** Names of the data's columns. */
  readonly names: readonly string[];
}

const mostPanels = 12;
/** Of one panel among so many: each dot weighs on the file. */
const mostDots = (panels: number): number => Math.floor(7200 / panels);
const groups = 8;
const side = 216;
const gap = 10;
const titleHeight = 24;
const margins = { marginTop: 4, marginRight: 8, marginBottom: 38, marginLeft: 56 };

/**
 * Draws a base sample on its way to the data, one panel per layer: the first two columns, or
 * histograms where there is one. Each draw keeps the colour of its place in the base sample. Of
 * more than 12 stages, 12 evenly spread ones are drawn; each title tells the stage's number.
 *
 * @returns an SVG document.
 */
export function layersPlot(options: LayersPlotOptions): string {
  const { stages, names } = options;
  const base = stages[0];
  const chosen = evenly(stages.length, mostPanels);
  const flat = base === undefined || columnCount(base) < 2;
  const across = columnsFor(chosen.length);
  const width = across * (side + gap) + gap;
  const key = legend(legendItems(flat, chosen.length, stages.length), width - 2 * gap);
  const top = key.height + 14;
  const placed: Placed[] = [{ panel: key, x: gap, y: 8 }];
  const draw =
    base === undefined ? null : flat ? histogramPanel(base) : scatterPanel(base, chosen.length);
  chosen.forEach((index, place) => {
    const stage = stages[index] as Stage;
    const last = index === stages.length - 1;
    const x = gap + (place % across) * (side + gap);
    const y = top + Math.floor(place / across) * (side + titleHeight + gap);
    const title = titlePanel(`${index + 1}/${stages.length} ${stage.name}`);
    placed.push({ panel: title, x, y });
    const labels = last ? names : [];
    if (draw !== null) placed.push({ panel: draw(stage, labels), x, y: y + titleHeight });
  });
  const rows = Math.ceil(chosen.length / across);
  const height = top + rows * (side + titleHeight + gap);
  return picture("From the base sample to the data, layer by layer", width, height, placed);
}

/** How many of the draws are shown: all of them in histograms, in scatter plots what tells apart. */
export function shownDraws(stages: readonly Stage[]): number {
  const base = stages[0];
  if (base === undefined) return 0;
  if (columnCount(base) < 2) return rowCount(base);
  return Math.min(rowCount(base), mostDots(Math.min(stages.length, mostPanels)));
}

/** As few rows as fit on a page of four columns, evenly filled. */
function columnsFor(count: number): number {
  const rows = Math.ceil(count / 4);
  return Math.max(2, Math.ceil(count / Math.max(1, rows)));
}

function legendItems(flat: boolean, drawn: number, all: number): LegendItem[] {
  const colors = Array.from({ length: 12 }, (_, index) =>
    flat ? orderColor(index / 11) : directionColor(index / 12),
  );
  const meaning = flat
    ? "place in the base sample"
    : "direction from the middle of the base sample";
  const items: LegendItem[] = [{ mark: "ramp", colors, label: `colour: ${meaning}` }];
  if (drawn < all) items.push({ mark: "note", label: `${drawn} of ${all} stages are drawn.` });
  return items;
}

function titlePanel(text: string): Panel {
  const label = shortened(text, side - margins.marginLeft, 1.1 * fontSize);
  const place = { x: margins.marginLeft, y: 17, "font-weight": "bold", fill: "#333" };
  const size = { width: side, height: titleHeight };
  return { node: element("svg", size, element("text", place, label)), ...size };
}

/** Draws a stage's first two columns, coloured by the direction from the base sample's middle. */
function scatterPanel(base: Table, panels: number) {
  const [x, y] = [column(base, 0), column(base, 1)];
  const [xMiddle, yMiddle] = [middle(x), middle(y)];
  const rows = evenly(rowCount(base), mostDots(panels));
  const colors = rows.map((row) => {
    const angle = Math.atan2((y[row] as number) - yMiddle, (x[row] as number) - xMiddle);
    return directionColor(Math.round((angle / (2 * Math.PI)) * 48) / 48 || 0);
  });
  return (stage: Table, names: readonly string[]): Panel => {
    const [xs, ys] = [column(stage, 0), column(stage, 1)];
    const [xView, yView] = [view(xs), view(ys)];
    const dots = rows
      .map((row, index) => ({ x: xs[row] as number, y: ys[row] as number, fill: colors[index] }))
      .filter((dot) => within(dot.x, xView) && within(dot.y, yView));
    return stagePanel(xView, yView, names, [
      Plot.dot(dots, { x: "x", y: "y", fill: "fill", r: 1.6, fillOpacity: 0.75 }),
    ]);
  };
}

/** Draws a stage's histogram, its bars split by groups of equal size in the base sample. */
function histogramPanel(base: Table) {
  const values = column(base, 0);
  const order = Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const group = new Uint8Array(order.length);
  order.forEach((row, rank) => {
    group[row] = Math.floor((rank / order.length) * groups);
  });
  return (stage: Table, names: readonly string[]): Panel => {
    const xs = column(stage, 0);
    const xView = view(xs);
    const edges = binEdges(xs, xView);
    const stacks = Array.from({ length: groups }, (_, index) =>
      histogram(
        xs.map((value, row) => (group[row] === index ? value : Number.NaN)),
        edges,
      ),
    );
    const bars = stacked(stacks);
    const yView: Range = [0, 1.05 * Math.max(0, ...bars.map(({ upper }) => upper)) || 1];
    return stagePanel(
      xView,
      yView,
      [names[0] ?? "", "density"],
      [
        Plot.rect(bars, {
          x1: "from",
          x2: "to",
          y1: "lower",
          y2: "upper",
          fill: "fill",
          clip: true,
        }),
      ],
    );
  };
}

/** The groups' bars on top of each other, each group an equal share of all. */
function stacked(stacks: readonly (readonly Bar[])[]) {
  const heights = new Float64Array(stacks[0]?.length ?? 0);
  return stacks.flatMap((bars, index) =>
    bars.map(({ from, to, density }, bin) => {
      const lower = heights[bin] as number;
      const upper = lower + density / stacks.length;
      heights[bin] = upper;
      return { from, to, lower, upper, fill: orderColor(index / (groups - 1)) };
    }),
  );
}

function stagePanel(
  xView: Range,
  yView: Range,
  names: readonly string[],
  marks: readonly Plot.Markish[],
): Panel {
  const across = side - margins.marginLeft - margins.marginRight;
  const upward = side - margins.marginTop - margins.marginBottom;
  const x = axis(names[0] ?? "", xView, { length: across, horizontal: true, fontSize });
  const y = axis(names[1] ?? "", yView, { length: upward, horizontal: false, fontSize });
  return plotPanel({
    width: side,
    height: side,
    ...margins,
    x: { domain: [...xView] },
    y: { domain: [...yView] },
    color: { type: "identity" },
    marks: [...marks, Plot.frame({ stroke: frameColor }), ...axisMarks(x, y, "beside")],
  });
}

function view(values: Float64Array): Range {
  return padded(robustRange(values), 0.05);
}

function middle(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value / finite.length, 0);
}
