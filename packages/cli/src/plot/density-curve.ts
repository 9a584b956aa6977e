import * as Plot from "@observablehq/plot";
import { axisMarks } from "./axis.ts";
import { frame } from "./frame.ts";
import { binEdges, histogram } from "./histogram.ts";
import { whole } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { dataColor, frameColor, modelColor } from "./palette.ts";
import { extent, nearby, padded, within } from "./range.ts";
import { picture, plotPanel } from "./svg.ts";
import { evenly } from "./table.ts";
import type { TimeScale } from "./time-ticks.ts";

export interface DensityCurveOptions {
  /** Name of the variable, with its unit if it has one. */
  readonly name: string;
  /** Where it is a date or a time. */
  readonly time?: TimeScale | undefined;
  /** Where the density was evaluated, ascending; its ends are the ends of the axis. */
  readonly xs: ArrayLike<number>;
  /** The model's density at `xs`, per unit of the variable. Cells that are not finite are gaps. */
  readonly density: ArrayLike<number>;
  /** The data. */
  readonly values: ArrayLike<number>;
  /** What the legend calls these rows; default "data". */
  readonly dataName?: string;
  /** Another density at `xs` to compare with, such as a Gaussian's. */
  readonly baseline?: { readonly name: string; readonly density: ArrayLike<number> };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const height = 360;
const fewValues = 400;
const baselineStyle = { color: "#555", dash: "5 4" };

/**
 * Draws a model's one-dimensional density as a curve over a histogram of the data, with a rug of
 * the single values where they are few. A spike far above the histogram is cut, and the axis says
 * so, so that the rest stays readable.
 *
 * @returns an SVG document.
 */
export function densityCurve(options: DensityCurveOptions): string {
  const { name, time, xs, density, values, baseline, dataName = "data" } = options;
  const domain = padded(extent(Array.from(xs)), 0);
  const bars = histogram(values, binEdges(values, domain));
  const model = curve(xs, density);
  const other = baseline === undefined ? [] : curve(xs, baseline.density);
  const { top, note } = verticalRange(bars, model, other);

  const {
    x,
    y,
    width,
    options: layout,
  } = frame(height, { title: name, domain, time }, { title: `density${note}`, domain: [0, top] });
  const rug = Array.from(values).filter((value) => within(value, domain));

  const inView = (points: readonly Point[]) =>
    points.map((point) => ({ x: point.x, y: nearby(point.y, [0, top]) }));
  const panel = plotPanel({
    ...layout,
    marks: [
      Plot.rectY(bars, {
        x1: "from",
        x2: "to",
        y: "density",
        fill: dataColor,
        fillOpacity: 0.25,
        stroke: dataColor,
        strokeOpacity: 0.45,
        clip: true,
      }),
      rug.length > fewValues
        ? null
        : Plot.ruleX(rug, { x: Plot.identity, y1: 0, y2: top / 25, stroke: dataColor }),
      Plot.line(inView(other), {
        x: "x",
        y: "y",
        stroke: baselineStyle.color,
        strokeWidth: 1.5,
        strokeDasharray: baselineStyle.dash,
        clip: true,
      }),
      Plot.line(inView(model), {
        x: "x",
        y: "y",
        stroke: modelColor,
        strokeWidth: 2.25,
        clip: true,
      }),
      Plot.ruleY([0], { stroke: frameColor }),
      ...axisMarks(x, y),
    ],
  });
  const items: LegendItem[] = [{ mark: "line", color: modelColor, label: "model" }];
  if (baseline !== undefined) items.push({ mark: "line", ...baselineStyle, label: baseline.name });
  const label = `${dataName} (${whole(values.length)} rows)`;
  items.push({ mark: "area", fill: "#f5d7c2", stroke: dataColor, label });
  const key = legend(items, width - 32);
  return picture(`Density of ${name}`, width, key.height + 12 + height, [
    { panel: key, x: 16, y: 8 },
    { panel, x: 0, y: key.height + 12 },
  ]);
}

/** The points of a curve, thinned to what a screen can show; those not finite are gaps. */
function curve(xs: ArrayLike<number>, density: ArrayLike<number>): Point[] {
  return evenly(xs.length, 4000).map((index) => {
    const y = density[index] as number;
    return { x: xs[index] as number, y: Number.isFinite(y) ? y : Number.NaN };
  });
}

/** The histogram and both curves, unless a curve is more than three times as high as the bars. */
function verticalRange(
  bars: readonly { readonly density: number }[],
  model: readonly Point[],
  other: readonly Point[],
): { top: number; note: string } {
  const highest = (points: readonly Point[]) => Math.max(0, ...points.map(({ y }) => y || 0));
  const bar = Math.max(0, ...bars.map(({ density }) => density));
  const peak = Math.max(highest(model), highest(other));
  if (bar === 0 || peak <= 3 * bar) return { top: 1.06 * Math.max(bar, peak) || 1, note: "" };
  return { top: 2 * bar, note: `, cut: the peak is at ${Number(peak.toPrecision(3))}` };
}
