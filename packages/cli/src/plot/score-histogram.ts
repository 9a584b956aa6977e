import * as Plot from "@observablehq/plot";
import { DataError, DomainError } from "pushforward";
import { quoted } from "../table/wording.ts";
import { axisMarks } from "./axis.ts";
import { frame } from "./frame.ts";
import { type Bar, binEdges, histogram } from "./histogram.ts";
import { whole } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { frameColor, orderColor } from "./palette.ts";
import { extent, padded, type Range, robustRange, within } from "./range.ts";
import { picture, plotPanel } from "./svg.ts";

/** Scores of one kind of rows, such as the log-densities of a test set. */
export interface ScoreGroup {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

export interface ScoreHistogramOptions {
  /** One to three groups. */
  readonly groups: readonly ScoreGroup[];
  /** What the score is, with its unit. */
  readonly title: string;
  /** The side of the better scores, if one is; an arrow beside the title points there. */
  readonly better?: "left" | "right";
}

const height = 340;
const opacity = 0.22;
const strokeWidth = 1.75;
/** Blue, orange, and nearly black: apart in lightness, too. */
const colors = [0.35, 1, 0].map(orderColor);
const stepStyle = { x: "x", y: "y", curve: "step-after", clip: true } as const;

/**
 * Draws the scores of several groups as histograms over each other, on common bins, each as a
 * density of its own. Single outliers do not squeeze the rest: they are cut, and the legend says
 * how many of each group lie outside.
 *
 * @param options the groups, what the score is, and which side is better.
 * @returns an SVG document.
 * @throws DomainError for no groups or more than three.
 * @throws DataError for a group without values.
 */
export function scoreHistogram(options: ScoreHistogramOptions): string {
  const { groups, title } = options;
  checkGroups(groups);
  const edges = commonEdges(groups);
  const covered = extent(edges);
  const curves = groups.map(({ values }) => histogram(values, edges));
  const top = Math.max(...curves.flatMap((bars) => bars.map(({ density }) => density)));
  const {
    x,
    y,
    width,
    options: layout,
  } = frame(
    height,
    { title: pointed(options), domain: padded(covered, 0.02) },
    { title: "density", domain: [0, 1.06 * top || 1] },
  );
  const panel = plotPanel({
    ...layout,
    marks: [
      ...curves.map((bars, index) =>
        Plot.areaY(steps(bars), { ...stepStyle, fill: colors[index], fillOpacity: opacity }),
      ),
      ...curves.map((bars, index) =>
        Plot.line(steps(bars), { ...stepStyle, stroke: colors[index], strokeWidth }),
      ),
      // As wide as the outlines, to cover them where there is nothing.
      Plot.ruleY([0], { stroke: frameColor, strokeWidth }),
      ...axisMarks(x, y),
    ],
  });
  const key = legend(legendItems(groups, covered), width - 32);
  return picture(`Histograms of ${title}`, width, key.height + 12 + height, [
    { panel: key, x: 16, y: 8 },
    { panel, x: 0, y: key.height + 12 },
  ]);
}

function checkGroups(groups: readonly ScoreGroup[]): void {
  if (groups.length < 1 || groups.length > colors.length) {
    throw new DomainError(
      `scoreHistogram: got ${groups.length} groups, expected 1 to ${colors.length}; draw more of them in several pictures.`,
    );
  }
  const empty = groups.find(({ values }) => values.length === 0);
  if (empty === undefined) return;
  throw new DataError(
    `scoreHistogram: the group ${quoted(empty.name)} has no values, expected one at least; leave the group out.`,
  );
}

/** Bins over each group without its own outliers: a small group far from the others is none. */
function commonEdges(groups: readonly ScoreGroup[]): Float64Array {
  const finite = groups.map(({ values }) => Float64Array.from(values).filter(Number.isFinite));
  const ranges = finite.filter(({ length }) => length > 0).map(robustRange);
  const all = finite.flatMap((values) => Array.from(values));
  return binEdges(all, padded(extent(ranges.flat()), 0.005));
}

/** The title with an arrow to the better side. */
function pointed({ title, better }: ScoreHistogramOptions): string {
  if (better === undefined) return title;
  return better === "left" ? `← better · ${title}` : `${title} · better →`;
}

/** The corners of the bars, for a line that holds each height up to the next; 0 at both ends. */
function steps(bars: readonly Bar[]): { x: number; y: number }[] {
  const first = bars[0] as Bar;
  const last = bars[bars.length - 1] as Bar;
  const corners = bars.map(({ from, density }) => ({ x: from, y: density }));
  return [{ x: first.from, y: 0 }, ...corners, { x: last.to, y: 0 }];
}

function legendItems(groups: readonly ScoreGroup[], covered: Range): LegendItem[] {
  const items = groups.map(({ name, values }, index): LegendItem => {
    const stroke = colors[index] as string;
    return { mark: "area", fill: pale(stroke), stroke, label: `${name} (${whole(values.length)})` };
  });
  const isOutside = (value: number) => Number.isFinite(value) && !within(value, covered);
  const outside = counts(groups, isOutside);
  const unusable = counts(groups, (value) => !Number.isFinite(value));
  if (outside !== "") items.push({ mark: "note", label: `Outside the axis: ${outside}.` });
  if (unusable !== "") items.push({ mark: "note", label: `Not finite: ${unusable}.` });
  return items;
}

/** How many values of each group are such: `3 of MNIST, 1 of digits`; empty if none. */
function counts(groups: readonly ScoreGroup[], such: (value: number) => boolean): string {
  return groups
    .map(({ name, values }) => ({ name, count: Array.from(values).filter(such).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${whole(count)} of ${name}`)
    .join(", ");
}

/** The colour of an area on white. */
function pale(color: string): string {
  return Plot.scale({ color: { type: "linear", domain: [0, 1], range: ["white", color] } }).apply(
    opacity,
  );
}
