import * as Plot from "@observablehq/plot";
import { DataError } from "pushforward";
import { quoted } from "../table/wording.ts";
import { axis, axisMarks } from "./axis.ts";
import { histogram } from "./histogram.ts";
import { shortened, whole } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { frameColor, modelColor, orderColor } from "./palette.ts";
import type { Range } from "./range.ts";
import { element, fontSize, type Panel, type Placed, picture, plotPanel } from "./svg.ts";

/** Probability integral transforms of rows: of one latent, or of the whole rows. */
export interface TransformGroup {
  readonly name: string;
  /** In [0, 1]; others are left out. */
  readonly values: Float64Array;
}

export interface CalibrationPlotOptions {
  readonly groups: readonly TransformGroup[];
}

const across = 3;
const mostHistograms = 11;
const side = 228;
const gap = 10;
const titleHeight = 22;
const margins = { marginTop: 8, marginRight: 12, marginBottom: 38, marginLeft: 46 };
const bandColor = "#e3e3e3";
/** Standard normal numbers lie within this on either side with probability 99 %. */
const normal99 = 2.5758;
/** Kolmogorov's statistic stays below this with probability 99 %. */
const kolmogorov99 = 1.6276;
const curvePoints = 200;

interface Curve {
  readonly name: string;
  readonly values: Float64Array;
  readonly color: string;
}

/**
 * Draws whether the probabilities of a model are right, from probability integral transforms of data: the calibration
 * curve (share of rows at or below each probability against that probability), and a histogram for each group. Both
 * have the band where uniform values stay: a bar of a histogram with probability 99 % (normal approximation of the
 * binomial distribution), a whole curve with probability 99 % (Kolmogorov). Of more than 11 groups the first 11 are
 * drawn, and the legend says so.
 *
 * @returns an SVG document.
 * @throws DataError for a group without values in [0, 1], or no group.
 */
export function calibrationPlot({ groups }: CalibrationPlotOptions): string {
  const curves = readGroups(groups);
  const panels = [curvePanel(curves), ...curves.map(histogramPanel)];
  const columns = Math.min(across, panels.length);
  const width = columns * (side + gap) + gap;
  const key = legend(legendItems(curves, groups.length), width - 2 * gap);
  const top = key.height + 14;
  const placed: Placed[] = [{ panel: key, x: gap, y: 8 }];
  const titles = [
    curves.length === 1 ? "calibration" : "calibration of all",
    ...curves.map(({ name }) => name),
  ];
  panels.forEach((panel, place) => {
    const x = gap + (place % columns) * (side + gap);
    const y = top + Math.floor(place / columns) * (side + titleHeight);
    const title = titlePanel(titles[place] as string);
    placed.push({ panel: title, x, y }, { panel, x, y: y + titleHeight });
  });
  const height = top + Math.ceil(panels.length / columns) * (side + titleHeight) + gap;
  return picture("Calibration: probability integral transforms", width, height, placed);
}

function readGroups(groups: readonly TransformGroup[]): Curve[] {
  if (groups.length === 0) {
    throw new DataError("calibrationPlot: got no groups of values, expected one at least.");
  }
  const shown = groups.slice(0, mostHistograms);
  return shown.map(({ name, values }, index) => {
    const inside = values.filter((value) => value >= 0 && value <= 1).sort();
    if (inside.length === 0) {
      throw new DataError(
        `calibrationPlot: the group ${quoted(name)} has no values in [0, 1], expected one at least; leave the group out.`,
      );
    }
    const color = shown.length === 1 ? modelColor : orderColor(index / (shown.length - 1));
    return { name, values: inside, color };
  });
}

function legendItems(curves: readonly Curve[], all: number): LegendItem[] {
  const rows = Math.min(...curves.map(({ values }) => values.length));
  const items: LegendItem[] = [
    {
      mark: "area",
      fill: bandColor,
      stroke: frameColor,
      label: "where those of a right model stay, 99 %",
    },
    { mark: "note", label: `${whole(rows)} row${rows === 1 ? "" : "s"}` },
  ];
  if (curves.length < all) {
    items.push({ mark: "note", label: `The first ${curves.length} of ${all}.` });
  }
  return items;
}

function titlePanel(text: string): Panel {
  const label = shortened(text, side - margins.marginLeft, 1.1 * fontSize);
  const place = { x: margins.marginLeft, y: 15, "font-weight": "bold", fill: "#333" };
  const size = { width: side, height: titleHeight };
  return { node: element("svg", size, element("text", place, label)), ...size };
}

function curvePanel(curves: readonly Curve[]): Panel {
  const fewest = Math.min(...curves.map(({ values }) => values.length));
  const reach = kolmogorov99 / (Math.sqrt(fewest) + 0.12 + 0.11 / Math.sqrt(fewest));
  const grid = Array.from({ length: curvePoints + 1 }, (_, index) => index / curvePoints);
  const band = grid.map((x) => ({ x, low: Math.max(0, x - reach), high: Math.min(1, x + reach) }));
  const lines = curves.map(({ values, color }) =>
    Plot.line(observedShares(values, grid), { stroke: color, strokeWidth: 1.75, clip: true }),
  );
  return squarePanel(
    ["probability", "share of rows at or below"],
    [0, 1],
    [
      Plot.areaY(band, { x: "x", y1: "low", y2: "high", fill: bandColor }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: frameColor, strokeDasharray: "4 3" },
      ),
      ...lines,
    ],
  );
}

/** The share of sorted values at or below each point of an ascending grid. */
function observedShares(values: Float64Array, grid: readonly number[]): [number, number][] {
  let below = 0;
  return grid.map((x) => {
    while (below < values.length && (values[below] as number) <= x) below++;
    return [x, below / values.length];
  });
}

function histogramPanel({ values, color }: Curve): Panel {
  const bins = Math.max(5, Math.min(20, Math.floor(values.length / 25)));
  const edges = Float64Array.from({ length: bins + 1 }, (_, index) => index / bins);
  const bars = histogram(values, edges);
  const reach = normal99 * Math.sqrt((bins - 1) / values.length);
  const top = Math.max(1 + reach, ...bars.map(({ density }) => density));
  const band = [{ x1: 0, x2: 1, y1: Math.max(0, 1 - reach), y2: 1 + reach }];
  return squarePanel(
    ["probability", "density"],
    [0, 1.06 * top],
    [
      Plot.rect(band, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: bandColor }),
      Plot.rectY(bars, { x1: "from", x2: "to", y: "density", fill: color, fillOpacity: 0.5 }),
      Plot.ruleY([1], { stroke: "#555", strokeDasharray: "4 3" }),
    ],
  );
}

function squarePanel(
  [across, upward]: readonly [string, string],
  domain: Range,
  marks: readonly Plot.Markish[],
): Panel {
  const length = side - margins.marginLeft - margins.marginRight;
  const height = side - margins.marginTop - margins.marginBottom;
  const x = axis(across, [0, 1], { length, horizontal: true, fontSize });
  const y = axis(upward, domain, { length: height, horizontal: false, fontSize });
  return plotPanel({
    width: side,
    height: side,
    ...margins,
    x: { domain: [0, 1] },
    y: { domain: [...domain] },
    marks: [...marks, Plot.frame({ stroke: frameColor }), ...axisMarks(x, y, "beside")],
  });
}
