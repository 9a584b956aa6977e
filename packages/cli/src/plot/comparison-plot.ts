import * as Plot from "@observablehq/plot";
import { axis } from "./axis.ts";
import { shortened, textWidth } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { dataColor, frameColor, modelColor } from "./palette.ts";
import { extent, padded, type Range } from "./range.ts";
import { element, fontSize, type Panel, picture, plotPanel } from "./svg.ts";

/** A mean with its standard error. */
export interface PlottedEstimate {
  readonly mean: number;
  readonly standardError: number;
}

/** A setting with its score in each fold. */
export interface PlottedSetting {
  readonly name: string;
  readonly score: PlottedEstimate;
  /** To the best; null for the best. */
  readonly difference: PlottedEstimate | null;
  readonly folds: readonly number[];
}

export interface ComparisonPlotOptions {
  /** One at least, the best first. */
  readonly settings: readonly PlottedSetting[];
  /** Names of settings that have no score. */
  readonly failed?: readonly string[];
}

const width = 720;
const margin = 16;
const rowHeight = 28;
const axisRoom = 50;
const headRoom = 22;
/** Room for half of a label at either end of the axis. */
const overhang = 24;
const mostNameRoom = 230;
const foldColor = "#6bb7e0";
/** Farther below the best than so many times the spread of the better half, a setting would squeeze the others. */
const reach = 5;

/**
 * Draws scores of settings, one line each: the mean and its standard error over folds, below them a small dot for each fold, and in
 * figures the difference to the best. The axis covers the scores and need not hold 0; a setting far below the others is
 * named with its score at the edge.
 *
 * @returns an SVG document.
 */
export function comparisonPlot({ settings, failed = [] }: ComparisonPlotOptions): string {
  const names = [...settings.map(({ name }) => name), ...failed];
  const widest = Math.max(...names.map((name) => textWidth(name, fontSize)));
  const nameRoom = Math.ceil(Math.min(mostNameRoom, widest + 12));
  const differences = settings.map(differenceText);
  const differenceRoom = Math.ceil(
    Math.max(...[DIFFERENCE, ...differences].map((text) => textWidth(text, fontSize))),
  );
  const height = names.length * rowHeight;
  const dotsX = margin + nameRoom - overhang;
  const dotsWidth = width - margin - dotsX - differenceRoom - 12 + overhang;
  const key = legend(legendItems, width - 2 * margin);
  const top = key.height + 14;
  return picture("Cross-validated log-likelihood", width, top + headRoom + height + axisRoom, [
    { panel: key, x: margin, y: 8 },
    { panel: namesPanel(names, nameRoom, settings.length), x: margin, y: top + headRoom },
    { panel: dotsPanel(settings, names.length, dotsWidth), x: dotsX, y: top + headRoom },
    {
      panel: figuresPanel(differences, failed.length, differenceRoom),
      x: width - margin - differenceRoom,
      y: top,
    },
  ]);
}

const DIFFERENCE = "difference to the best";

const legendItems: readonly LegendItem[] = [
  { mark: "dot", color: foldColor, label: "fold" },
  { mark: "dot", color: modelColor, label: "mean over rows" },
  { mark: "line", color: modelColor, label: "± standard error over folds" },
];

function differenceText({ difference }: PlottedSetting): string {
  if (difference === null) return "best";
  return `${figureText(difference.mean)} ± ${figureText(difference.standardError)}`;
}

function figureText(value: number): string {
  const text = Math.abs(value) >= 1e6 ? value.toExponential(2) : value.toFixed(3);
  return text.replace(/-/g, "−");
}

function namesPanel(names: readonly string[], room: number, scored: number): Panel {
  const nodes = names.map((name, row) => {
    const place = { x: room - 10, y: (row + 0.5) * rowHeight, dy: "0.35em", "text-anchor": "end" };
    const fill = row < scored ? "#333" : frameColor;
    return element("text", { ...place, fill }, shortened(name, room - 10, fontSize));
  });
  const size = { width: room, height: names.length * rowHeight };
  return { node: element("svg", size, ...nodes), ...size };
}

/** The differences in figures, below what they are. */
function figuresPanel(differences: readonly string[], failed: number, room: number): Panel {
  const texts = [DIFFERENCE, ...differences, ...new Array<string>(failed).fill("failed")];
  const nodes = texts.map((text, row) => {
    const y = row === 0 ? headRoom / 2 : headRoom + (row - 0.5) * rowHeight;
    const fill = row === 0 ? "#555" : row > differences.length ? frameColor : "#333";
    return element("text", { x: room, y, dy: "0.35em", "text-anchor": "end", fill }, text);
  });
  const size = { width: room, height: headRoom + (texts.length - 1) * rowHeight };
  return { node: element("svg", size, ...nodes), ...size };
}

function dotsPanel(settings: readonly PlottedSetting[], rows: number, panelWidth: number): Panel {
  const view = padded(extent(nearSettings(settings).flatMap(valuesOf)), 0.05);
  const isFar = ({ score }: PlottedSetting) => score.mean < view[0];
  const placed = settings.map((setting, row) => ({
    ...setting,
    y: row + 0.5,
    far: isFar(setting),
  }));
  const near = placed.filter(({ far }) => !far);
  const dots = near.flatMap(({ folds, y }) => folds.map((x) => ({ x: Math.max(x, view[0]), y })));
  const means = near.map(({ score: { mean, standardError }, y }) => ({
    ...{ x: mean, y, from: Math.max(view[0], mean - standardError) },
    to: Math.min(view[1], mean + standardError),
  }));
  const far = placed.filter((one) => one.far);
  const length = panelWidth - 2 * overhang;
  const title = "log-likelihood per row, nats · better →";
  const x = axis(title, view, { length, horizontal: true, fontSize });
  return plotPanel({
    width: panelWidth,
    height: rows * rowHeight + axisRoom,
    ...{ marginLeft: overhang, marginRight: overhang, marginTop: 1, marginBottom: axisRoom },
    x: { domain: [...view] },
    y: { domain: [rows, 0], axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: "#000", strokeOpacity: 0.08 }),
      Plot.ruleY(
        Array.from({ length: rows }, (_, row) => row + 0.5),
        { stroke: "#e4e4e4" },
      ),
      Plot.link(means, {
        ...{ x1: "from", x2: "to", y1: "y", y2: "y" },
        ...{ stroke: modelColor, strokeWidth: 2 },
      }),
      Plot.dot(means, { x: "x", y: "y", r: 4, fill: modelColor }),
      Plot.dot(dots, { x: "x", y: "y", r: 2.5, fill: foldColor, dy: 8 }),
      Plot.text(far, {
        ...{ x: view[0], y: "y", textAnchor: "start", dx: 6, fill: dataColor },
        text: ({ score }: PlottedSetting) => `← ${figureText(score.mean)}`,
        ...{ stroke: "white", strokeWidth: 4 },
      }),
      Plot.frame({ stroke: frameColor }),
      Plot.axisX(x.ticks, {
        ...{
          tickSize: 4,
          color: "#333",
          labelArrow: "none",
          labelAnchor: "center",
          labelOffset: 38,
        },
        tickFormat: x.format,
        label: x.title,
      }),
    ],
  });
}

const valuesOf = ({ score: { mean, standardError }, folds }: PlottedSetting): number[] => [
  ...folds,
  mean - standardError,
  mean + standardError,
];

/** The settings but those that are far below the better half. */
function nearSettings(settings: readonly PlottedSetting[]): readonly PlottedSetting[] {
  const better = settings.slice(0, Math.max(2, Math.ceil(settings.length / 2)));
  const [low, high]: Range = extent(better.flatMap(valuesOf));
  return settings.filter(
    (setting) => better.includes(setting) || setting.score.mean >= low - reach * (high - low),
  );
}
