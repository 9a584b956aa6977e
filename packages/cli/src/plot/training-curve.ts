import * as Plot from "@observablehq/plot";
import { axisMarks } from "./axis.ts";
import { frame } from "./frame.ts";
import { whole } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { frameColor, modelColor } from "./palette.ts";
import { extent, nearby, padded, type Range, within } from "./range.ts";
import { picture, plotPanel } from "./svg.ts";
import { evenly } from "./table.ts";

export interface TrainingStep {
  readonly step: number;
  /** Losses on training and on validation rows. */
  readonly train: number;
  readonly validation: number;
}

export interface TrainingCurveOptions {
  readonly history: readonly TrainingStep[];
  /** The step whose weights were kept. */
  readonly bestStep: number;
  /** What the losses are, with their unit; default mean negative log-likelihoods, nats per row. */
  readonly measure?: string | undefined;
  /** What to know of them, below the legend. */
  readonly note?: string | undefined;
}

const height = 340;
const trainColor = "#6bb7e0";

/**
 * Draws the loss against steps, on training and on validation rows, with the
 * best step. Spikes do not flatten the curve: what lies outside the range of nine tenths of the
 * values by far is cut, and the axis says so.
 *
 * @returns an SVG document.
 */
export function trainingCurve(options: TrainingCurveOptions): string {
  const { history, bestStep, measure = "negative log-likelihood (nats per row)" } = options;
  const best = history.find(({ step }) => step === bestStep);
  // Where training lowers something else than the likelihood, there is no number for it.
  const values = history
    .flatMap(({ train, validation }) => [train, validation])
    .filter((value) => !Number.isNaN(value));
  const yView = padded(lossRange(values, best?.validation), 0.06);
  const cut = values.some((value) => !within(value, yView));

  const lastStep = extent([1, ...history.map(({ step }) => step)])[1];
  const title = `${measure}${cut ? ", outliers cut" : ""}`;
  const {
    x,
    y,
    width,
    options: layout,
  } = frame(height, { title: "step", domain: [0, 1.02 * lastStep] }, { title, domain: yView });
  const shown = evenly(history.length, 2000).map((index) => history[index] as TrainingStep);

  const panel = plotPanel({
    ...layout,
    marks: [
      best === undefined ? null : Plot.ruleX([best.step], { stroke: frameColor }),
      ...curveMarks(shown, "train", trainColor, yView),
      ...curveMarks(shown, "validation", modelColor, yView),
      best === undefined
        ? null
        : Plot.dot([best], {
            x: "step",
            y: "validation",
            r: 4,
            fill: "white",
            stroke: modelColor,
            strokeWidth: 2,
          }),
      Plot.frame({ stroke: frameColor, anchor: "bottom" }),
      ...axisMarks(x, y),
    ],
  });
  const key = legend(legendItems(options), width - 32);
  return picture("Training curve", width, key.height + 12 + height, [
    { panel: key, x: 16, y: 8 },
    { panel, x: 0, y: key.height + 12 },
  ]);
}

/** A line, and dots as well where there are too few points for a line to be seen. */
function curveMarks(
  history: readonly TrainingStep[],
  y: "train" | "validation",
  color: string,
  view: Range,
): Plot.Markish[] {
  const points = history.map((entry) => ({ step: entry.step, loss: nearby(entry[y], view) }));
  const place = { x: "step", y: "loss", clip: true } as const;
  return [
    Plot.line(points, { ...place, stroke: color, strokeWidth: 1.75 }),
    history.length > 12
      ? null
      : Plot.dot(
          points.filter(({ loss }) => within(loss, view)),
          { x: "step", y: "loss", fill: color, r: 2.5 },
        ),
  ];
}

/** The range of the losses; spikes are left out, the best validation loss never. */
function lossRange(values: readonly number[], best: number | undefined): Range {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [low, high] = [at(0.05), at(0.95)];
  const core = high - low;
  const [least, most] = [at(0), at(1)];
  const bottom = core > 0 && low - least > 2 * core ? low - core / 4 : least;
  const top = core > 0 && most - high > 2 * core ? high + core / 4 : most;
  return extent([bottom, top, best ?? top]);
}

function legendItems({ history, bestStep, note }: TrainingCurveOptions): LegendItem[] {
  const best = history.find(({ step }) => step === bestStep);
  const items: LegendItem[] = [{ mark: "line", color: modelColor, label: "validation" }];
  if (history.some(({ train }) => !Number.isNaN(train))) {
    items.unshift({ mark: "line", color: trainColor, label: "train" });
  }
  if (best !== undefined) {
    const label = `best: ${lossText(best.validation)} at step ${whole(best.step)}`;
    items.push({ mark: "dot", color: modelColor, label });
  }
  if (note !== undefined) items.push({ mark: "note", label: note });
  return items;
}

function lossText(value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 1e-3) ? value.toExponential(3) : value.toFixed(3);
  return text.replace(/-/g, "−");
}
