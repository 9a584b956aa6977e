import * as Plot from "@observablehq/plot";
import { shortened, textWidth } from "./label.ts";
import type { Range } from "./range.ts";
import { isInCalendar, type TimeScale, timeTicks } from "./time-ticks.ts";

/** Where an axis has its ticks and what stands beside them. */
export interface Axis {
  readonly domain: Range;
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
  /** Name of the axis, with the power of ten, the year or the day taken out of the tick labels. */
  readonly title: string;
  /** Width of the widest tick label, in pixels. */
  readonly labelWidth: number;
}

export interface AxisOptions {
  /** Length of the axis in pixels. */
  readonly length: number;
  /** Labels of a horizontal axis stand side by side, those of a vertical one above each other. */
  readonly horizontal: boolean;
  /** Font size of the tick labels in pixels. */
  readonly fontSize: number;
  /** Room for the title in pixels; default `length`. */
  readonly titleRoom?: number;
  /** Where the numbers are dates or times. */
  readonly time?: TimeScale | undefined;
  /** Distance of the values of a grid: ticks are no nearer to each other. */
  readonly step?: number | undefined;
}

/** Ticks with what is taken out of their labels. */
interface Ticks {
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
  readonly suffix: string;
  /** How a tick that is the only one is labelled, where the suffix belongs to several. */
  readonly formatOfOne?: (tick: number) => string;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Chooses round ticks whose labels do not touch, as many as fit and at most 10; a single one where no two fit. */
export function axis(name: string, domain: Range, options: AxisOptions): Axis {
  const { length, horizontal, fontSize } = options;
  const size = domain[1] - domain[0];
  const widthOf = ({ ticks, format }: Ticks) =>
    Math.max(0, ...ticks.map((tick) => textWidth(format(tick), fontSize)));
  const fits = (chosen: Ticks) => {
    const room = (distance(chosen.ticks) / size) * length;
    return room >= (horizontal ? widthOf(chosen) + 1.2 * fontSize : 2.4 * fontSize);
  };
  const [several, one] = choices(domain, options);
  const chosen = several.find(fits) ?? one;
  const labelWidth = widthOf(chosen);
  const { ticks, format, suffix } = chosen;
  const room = (options.titleRoom ?? length) - textWidth(suffix, fontSize);
  const title = (shortened(name, room, fontSize) + suffix).trim();
  return { domain, ticks, format, title, labelWidth };
}

function ticksOf(domain: Range, least: number, { time, step = 0 }: AxisOptions): Ticks {
  if (time && isInCalendar(domain, time)) {
    const { ticks, format, wholeFormat, shared } = timeTicks(domain, time, least);
    const suffix = shared === "" ? "" : ` (${shared})`;
    return { ticks, format, suffix, formatOfOne: wholeFormat };
  }
  const exponent = tenthPower(domain);
  const chosen = roundStep(Math.max(least, step));
  return {
    ticks: multiples(chosen, domain),
    format: formatter(chosen, exponent),
    suffix: exponent === 0 ? "" : ` (×10${superscript(exponent)})`,
  };
}

/** Choices of several ticks, fewer and fewer, and that of a single one; of none only where the range holds none. */
function choices(domain: Range, options: AxisOptions): [several: Ticks[], one: Ticks] {
  const size = domain[1] - domain[0];
  const all = COUNTS.map((count) => ticksOf(domain, size / count, options));
  const several = all.filter(({ ticks }) => ticks.length > 1);
  const fewest = several.at(-1);
  const one = all.find(({ ticks }) => ticks.length === 1) ?? fewest ?? (all[0] as Ticks);
  if (!fewest) return [several, onlyOne(one)];
  const ends = [fewest.ticks[0] as number, fewest.ticks.at(-1) as number];
  return [[...several, { ...fewest, ticks: ends }], onlyOne(one)];
}

const COUNTS = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/** The one in the middle. */
function onlyOne({ ticks, formatOfOne, ...rest }: Ticks): Ticks {
  const middle = ticks.length >> 1;
  const one = { ...rest, ticks: ticks.slice(middle, middle + 1) };
  return formatOfOne ? { ...one, format: formatOfOne, suffix: "" } : one;
}

/** The shortest between neighbours. */
function distance(ticks: readonly number[]): number {
  return Math.min(...ticks.slice(1).map((tick, index) => tick - (ticks[index] as number)));
}

/** The power of ten taken out of the labels: 0 unless they would be long. */
function tenthPower([low, high]: Range): number {
  const exponent = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  return exponent >= 5 || exponent <= -3 ? exponent : 0;
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]);
  return (exponent < 0 ? "⁻" : "") + digits.join("");
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function multiples(step: number, [low, high]: Range): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 20)) }, (_, i) => (first + i) * step);
}

function formatter(step: number, exponent: number): (tick: number) => string {
  const unit = 10 ** exponent;
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return (tick) => {
    const text = (tick / unit).toFixed(Math.min(decimals, 12));
    // A true minus sign is as wide as a digit; "-0" is a zero.
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  };
}

/**
 * The marks of a pair of axes. The title of the horizontal one stands below it, that of the vertical
 * one above it, where it can be read without turning the head, or beside it.
 */
export function axisMarks(x: Axis, y: Axis, titleOf: "above" | "beside" = "above"): Plot.Markish[] {
  const shared = { tickSize: 4, color: "#333", labelArrow: "none" } as const;
  const labelAnchor = titleOf === "above" ? "top" : "center";
  return [
    Plot.axisX(x.ticks, { ...shared, tickFormat: x.format, label: x.title, labelAnchor: "center" }),
    Plot.axisY(y.ticks, { ...shared, tickFormat: y.format, label: y.title, labelAnchor }),
  ];
}
