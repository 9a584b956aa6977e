import * as Plot from "@observablehq/plot";
import { axisMarks } from "./axis.ts";
import { type FrameAxis, frame } from "./frame.ts";
import { binEdges, histogram } from "./histogram.ts";
import { type LegendItem, legend } from "./legend.ts";
import { baseColor, directionColor, frameColor, modelColor, orderColor } from "./palette.ts";
import { nearby, padded, type Range, robustRange, within } from "./range.ts";
import { dotStyle } from "./scatter.ts";
import { picture, plotPanel } from "./svg.ts";
import { column, columnCount, evenly, rowCount, type Table } from "./table.ts";
import type { TimeScale } from "./time-ticks.ts";

/** Draws at one place of their way; row `i` is the same draw at every one of them. */
export interface Waypoint extends Table {
  /** Where it is between the base and the data: ascending. */
  readonly place: number;
}

export interface TrajectoriesPlotOptions {
  /** The base sample first, in data space last, all in the units of the data. */
  readonly waypoints: readonly Waypoint[];
  /** What their places are: "time". */
  readonly placeName: string;
  /** Names of the data's columns. */
  readonly names: readonly string[];
  /** For each of them, where it is a date or a time. */
  readonly times?: readonly (TimeScale | undefined)[];
}

/** What differs between the plane and a single column. */
interface Drawing {
  readonly axes: [horizontal: FrameAxis, vertical: FrameAxis];
  readonly marks: readonly Plot.Markish[];
  readonly items: readonly LegendItem[];
}

const height = 500;
const mostPaths = 300;

/**
 * Draws the paths of draws from the base to the data: in the plane of the first two columns, or one column against
 * the place on the way, with histograms at both ends. The colour of a path is its place in the base sample.
 *
 * @returns an SVG document.
 */
export function trajectoriesPlot(options: TrajectoriesPlotOptions): string {
  const { waypoints, names } = options;
  const [base] = waypoints;
  const isFlat = base === undefined || columnCount(base) < 2;
  const { axes, marks, items } = isFlat ? drawOverWay(options) : drawInPlane(options);
  const { x, y, width, options: layout } = frame(height, ...axes);
  const panel = plotPanel({
    ...layout,
    color: { type: "identity" },
    marks: [...marks, Plot.frame({ stroke: frameColor }), ...axisMarks(x, y)],
  });
  const key = legend(items, width - 32);
  const title = `From the base to the data: ${names.slice(0, 2).join(", ")}`;
  return picture(title, width, key.height + 12 + height, [
    { panel: key, x: 16, y: 8 },
    { panel, x: 0, y: key.height + 12 },
  ]);
}

/** How many of so many draws have a path. */
export function shownPaths(count: number): number {
  return Math.min(count, mostPaths);
}

function drawInPlane({ waypoints, names, times = [] }: TrajectoriesPlotOptions): Drawing {
  const rows = evenly(rowCount(waypoints[0] as Table), mostPaths);
  const [xs, ys] = [columnAlong(waypoints, 0, rows), columnAlong(waypoints, 1, rows)];
  const [xView, yView] = [viewOf(xs), viewOf(ys)];
  const [across, upward] = [directionsOf(xs, xView), directionsOf(ys, yView)];
  const colors = rows.map((_, path) => {
    const angle = Math.atan2(upward[path] as number, across[path] as number);
    return directionColor(Math.round((angle / (2 * Math.PI)) * 48) / 48 || 0);
  });
  const ends = (place: 0 | -1, fill: string) => {
    const [x, y] = [xs.at(place) ?? [], ys.at(place) ?? []];
    const dots = Array.from(x, (value, path) => [value, y[path] as number] as const);
    const visible = dots.filter(([a, b]) => within(a, xView) && within(b, yView));
    return Plot.dot(visible, { ...dotStyle(visible.length), fill });
  };
  const ramp = Array.from({ length: 12 }, (_, index) => directionColor(index / 12));
  return {
    axes: [
      { title: names[0] ?? "", domain: xView, time: times[0] },
      { title: names[1] ?? "", domain: yView, time: times[1] },
    ],
    marks: [
      lines(
        xs.map((values) => values.map((value) => nearby(value, xView))),
        ys.map((values) => values.map((value) => nearby(value, yView))),
        colors,
      ),
      ends(0, baseColor),
      ends(-1, modelColor),
    ],
    items: [
      { mark: "dot", color: baseColor, label: "draws of the base" },
      { mark: "dot", color: modelColor, label: "samples" },
      { mark: "ramp", colors: ramp, label: "paths, by direction from the base's middle" },
    ],
  };
}

/** How long the histograms are, as a share of the way. */
const histogramShare = 0.13;

function drawOverWay({
  waypoints,
  placeName,
  names,
  times = [],
}: TrajectoriesPlotOptions): Drawing {
  const count = waypoints[0] ? rowCount(waypoints[0]) : 0;
  const all = columnAlong(waypoints, 0, evenly(count, count));
  const rows = evenly(count, mostPaths);
  const ys = columnAlong(waypoints, 0, rows);
  const view = viewOf(all);
  const places = waypoints.map(({ place }) => place);
  const [start, end] = [places[0] ?? 0, places.at(-1) ?? 1];
  const reach = histogramShare * (end - start || 1);
  const colors = ranksOf(ys[0] ?? new Float64Array()).map(orderColor);
  const ramp = Array.from({ length: 12 }, (_, index) => orderColor(index / 11));
  return {
    axes: [
      { title: placeName, domain: [start - 1.1 * reach, end + 1.1 * reach] },
      { title: names[0] ?? "", domain: view, time: times[0] },
    ],
    marks: [
      lines(
        places.map((place) => new Float64Array(rows.length).fill(place)),
        ys.map((values) => values.map((value) => nearby(value, view))),
        colors,
      ),
      bars(all[0], view, start, -reach, baseColor),
      bars(all.at(-1), view, end, reach, modelColor),
    ],
    items: [
      { mark: "area", fill: baseColor, stroke: baseColor, label: "draws of the base" },
      { mark: "area", fill: modelColor, stroke: modelColor, label: "samples" },
      { mark: "ramp", colors: ramp, label: "paths, by place in the base" },
    ],
  };
}

/** A histogram on its side: its bars start at `from`, the longest is of length `reach`. */
function bars(
  values: Float64Array | undefined,
  view: Range,
  from: number,
  reach: number,
  fill: string,
): Plot.Markish {
  const found = values ? histogram(values, binEdges(values, view)) : [];
  const most = Math.max(0, ...found.map(({ density }) => density)) || 1;
  const sides = found.map((bar) => ({ ...bar, end: from + (bar.density / most) * reach }));
  return Plot.rect(sides, { x1: () => from, x2: "end", y1: "from", y2: "to", fill, clip: true });
}

/** One line for each draw, through all places. */
function lines(
  xs: readonly Float64Array[],
  ys: readonly Float64Array[],
  colors: readonly string[],
): Plot.Markish {
  const points = colors.flatMap((stroke, path) =>
    xs.map((values, k) => ({ x: values[path], y: ys[k]?.[path], path, stroke })),
  );
  const look = { stroke: "stroke", strokeWidth: 0.8, strokeOpacity: 0.45, clip: true };
  return Plot.line(points, { x: "x", y: "y", z: "path", ...look });
}

/** A column of some rows, at every place. */
function columnAlong(
  waypoints: readonly Waypoint[],
  index: number,
  rows: readonly number[],
): Float64Array[] {
  return waypoints.map((waypoint) => {
    const values = column(waypoint, index);
    return Float64Array.from(rows, (row) => values[row] as number);
  });
}

/** How far draws start from the middle, as shares of what is seen. */
function directionsOf([base]: readonly Float64Array[], [low, high]: Range): number[] {
  const finite = (base ?? []).filter(Number.isFinite);
  const middle = finite.reduce((sum: number, value: number) => sum + value / finite.length, 0);
  return Array.from(base ?? [], (value) => (value - middle) / (high - low));
}

/** The place of each value in the order of all, from 0 to 1. */
function ranksOf(values: Float64Array): number[] {
  const ranks = new Array<number>(values.length).fill(0);
  const order = Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  order.forEach((row, rank) => {
    ranks[row] = rank / Math.max(1, order.length - 1);
  });
  return ranks;
}

/** A range for all places: outliers of none of them stretch it. */
function viewOf(values: readonly Float64Array[]): Range {
  const ranges = values.map(robustRange);
  if (ranges.length === 0) return [0, 1];
  const low = Math.min(...ranges.map(([least]) => least));
  const high = Math.max(...ranges.map(([, most]) => most));
  return padded([low, high], 0.05);
}
