import type { Range } from "./range.ts";

/** How the numbers of an axis are times: `(number + offset) * unit` milliseconds since 1970. */
export interface TimeScale {
  readonly offset: number;
  readonly unit: number;
}

/** Ticks at round times of the calendar (UTC). */
export interface TimeTicks {
  /** As numbers of the axis. */
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
  /** The same with nothing left out. */
  readonly wholeFormat: (tick: number) => string;
  /** The year or the day that all labels share, which they leave out. */
  readonly shared: string;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const month = 28 * day;
const year = 365 * day;
const steps = [
  ...[second, 5 * second, 15 * second, 30 * second, minute, 5 * minute, 15 * minute, 30 * minute],
  ...[hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day],
];
const monthSteps = [1, 3, 6];
/** A Monday, from which weeks are counted. */
const monday = 4 * day;
/** The last moment of the calendar. */
const last = 8.64e15;

/** Whether all of a range lies in the calendar. */
export function isInCalendar(domain: Range, { offset, unit }: TimeScale): boolean {
  return domain.every((end) => Math.abs((end + offset) * unit) <= last);
}

/** Ticks at least `least` numbers of the axis apart, or one unit: between days there are no hours. */
export function timeTicks(domain: Range, scale: TimeScale, least: number): TimeTicks {
  const { offset, unit } = scale;
  const [low, high] = domain.map((end) => (end + offset) * unit) as [number, number];
  const [times, precision] = roundTimes(low, high, Math.max(least, 1) * unit);
  const texts = times.map((time) => new Date(time).toISOString());
  const start = sharedLength(texts, precision);
  const formatFrom = (begin: number) => (tick: number) => {
    const text = new Date(Math.round((tick + offset) * unit)).toISOString();
    const yearLength = text.indexOf("-", 1);
    return text.slice(begin && begin + yearLength, precision + yearLength).replace("T", " ");
  };
  const [first = ""] = texts;
  return {
    ticks: times.map((time) => time / unit - offset),
    format: formatFrom(start),
    wholeFormat: formatFrom(0),
    shared: start === 0 ? "" : first.slice(0, first.indexOf("-", 1) + start - 1),
  };
}

/** The times, and how much of their ISO form tells them apart: characters after the year. */
function roundTimes(low: number, high: number, least: number): [number[], number] {
  const step = steps.find((size) => size >= least);
  if (step !== undefined) {
    const from = step % (7 * day) === 0 ? monday : 0;
    const first = Math.ceil((low - from) / step) * step + from;
    const count = Math.max(0, Math.floor((high - first) / step) + 1);
    const times = Array.from({ length: count }, (_, i) => first + i * step);
    return [times, step < minute ? 15 : step < day ? 12 : 6];
  }
  const months = monthSteps.find((size) => size * month >= least) ?? 12 * years(least / year);
  return [monthTimes(low, high, months), months < 12 ? 3 : 0];
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function years(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

function monthTimes(low: number, high: number, step: number): number[] {
  const times: number[] = [];
  const first = new Date(low);
  const index = 12 * first.getUTCFullYear() + first.getUTCMonth();
  for (let place = Math.floor(index / step) * step; ; place += step) {
    // Date.UTC takes years below 100 for those of the twentieth century.
    const time = new Date(0).setUTCFullYear(
      Math.floor(place / 12),
      place - 12 * Math.floor(place / 12),
    );
    if (!(time <= high)) return times;
    if (time >= low) times.push(time);
  }
}

/** How many characters after the year labels leave out: those of the day, of the year, or none. */
function sharedLength(texts: readonly string[], precision: number): number {
  const isShared = (length: number) =>
    texts.every((text) => {
      const end = text.indexOf("-", 1) + length;
      return text.slice(0, end) === texts[0]?.slice(0, end);
    });
  if (precision > 6 && isShared(6)) return 7;
  return precision >= 6 && isShared(0) ? 1 : 0;
}
