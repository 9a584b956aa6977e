import type { Column, ColumnMap } from "../core/column.ts";
import { DataError } from "../core/errors.ts";
import type { NumberField } from "../core/table-schema.ts";
import { findGrid, type Grid } from "../training/dequantization.ts";
import type { ColumnType } from "./column-type.ts";

/** What a column of numbers becomes. */
export interface NumberDescription {
  column: Pick<Column, "step" | "origin" | "range" | "map">;
  circle?: NumberField["circle"];
}

/** With no more levels than these between its ends, a column is taken to have no others. */
const FEW_LEVELS = 10;

/** Of the distance between the quantiles of 0.5 % and 99.5 % to the quartiles': 3.8 of a normal distribution, 6.6 of a Laplace one, 7.6 of Student's with 3 degrees. */
const HEAVY = 8;

/** Fewer values tell nothing of tails. */
const FEWEST_FOR_TAILS = 100;

/** How far cells lie within the ends of a map, in their half widths: noise may put a value on an edge. */
const MARGIN = 1e-3;

/**
 * How a column of numbers is best mapped from the real line, by its values and the type that was asked for.
 *
 * @param values ascending, none missing, not all the same.
 * @throws DataError for values that are not of that type.
 */
export function describeNumbers(
  name: string,
  values: Float64Array,
  type: ColumnType | undefined,
): NumberDescription {
  if (type?.type === "circular") return circular(name, values, type.low, type.high);
  const grid = gridOf(name, values, type);
  if (type?.type === "bounded") return bounded(name, values, grid, type.low, type.high);
  const [low, high] = [values[0] as number, values.at(-1) as number];
  if (type?.type === "real") return { column: { ...grid } };
  if (type?.type === "heavy-tailed") return { column: { ...grid, map: sinhMap(values) } };
  if (type?.type === "positive") {
    if (low >= 0) return { column: positive(values, grid) };
    throw new DataError(`column "${name}" is to be positive and holds ${low}.`);
  }
  if (grid && (high - low) / grid.step < FEW_LEVELS) return bounded(name, values, grid, low, high);
  if (low >= 0 && low < 0.05 && high > 0.95 && high <= 1 && !isScaled(values)) {
    return bounded(name, values, grid, 0, 1);
  }
  if (low >= 0) return { column: positive(values, grid) };
  return { column: { ...grid, ...(isHeavy(values) && { map: sinhMap(values) }) } };
}

function gridOf(name: string, values: Float64Array, type: ColumnType | undefined): Grid | null {
  if (type?.type !== "integer") return findGrid(values);
  const bad = values.find((value) => !Number.isInteger(value));
  if (bad === undefined) return { step: 1, origin: 0 };
  throw new DataError(`column "${name}" is to hold whole numbers and holds ${bad}.`);
}

/** What lies around each value: half a cell of its grid, and a margin. */
const reachOf = (grid: Grid | null): number => (grid ? (grid.step / 2) * (1 + MARGIN) : 0);

function bounded(
  name: string,
  values: Float64Array,
  grid: Grid | null,
  low: number,
  high: number,
): NumberDescription {
  const [first, last] = [values[0] as number, values.at(-1) as number];
  if (first < low || last > high) {
    throw new DataError(
      `column "${name}" is to lie from ${low} to ${high} and holds ${first < low ? first : last}.`,
    );
  }
  const ends = grid ? endsOnGrid(grid, low, high) : ([low, high] as const);
  if (grid && (ends[1] - ends[0]) / grid.step < FEW_LEVELS) {
    return { column: { ...grid, range: ends, map: levelsMap(grid.step, ends, values) } };
  }
  const [below, above] = ends.map((end) => roomAt(end, values, grid)) as [number, number];
  const map: ColumnMap = { kind: "sigmoid", low: ends[0] - below, high: ends[1] + above };
  return { column: { ...grid, range: ends, map } };
}

/** A grid of more levels than these is one of rounded continuous numbers. */
const MOST_LEVELS = 10_000;

/** Whether values are continuous, rounded at most. */
function isFine(grid: Grid | null, values: Float64Array): boolean {
  const span = (values.at(-1) as number) - (values[0] as number);
  return !grid || span / grid.step > MOST_LEVELS;
}

/** Of all values: copies of one that are more than chance, where numbers are continuous. */
const MANY_COPIES = 0.01;

/**
 * How far beyond an end its map begins: half a cell where values lie on a grid.
 *
 * Among continuous numbers, a map that bends at an end stretches what lies there: one value on the very end becomes
 * an outlier, and many of them a spike on which a flow can put a density as high as it likes. Copies of the end are
 * given half the quartiles' distance, single values a twentieth of it.
 */
function roomAt(end: number, values: Float64Array, grid: Grid | null): number {
  const reach = reachOf(grid);
  if (!isFine(grid, values)) return reach;
  const at = shareAt(values, end);
  if (at === 0) return reach;
  const all = (values.at(-1) as number) - (values[0] as number);
  return Math.max(quartileSpan(values) / (at > MANY_COPIES ? 2 : 20), LEAST_ROOM * all);
}

/** Of all that values span: what 32 bits resolve at the other end, too. */
const LEAST_ROOM = 1e-4;

/** How many of the values are `end`, as 32 bits see them. */
function shareAt(values: Float64Array, end: number): number {
  const copies = values.reduce(
    (sum, value) => sum + Number(Math.fround(value) === Math.fround(end)),
    0,
  );
  return copies / values.length;
}

function quartileSpan(values: Float64Array): number {
  const between = (share: number) => quantile(values, 1 - share) - quantile(values, share);
  return between(0.25) || between(0.01);
}

/** Whether values look as if they had been scaled to 0 and 1: they end there, and few of them are there. */
export function isScaled(values: Float64Array): boolean {
  if (!values.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1))) return false;
  const [low, high] = [shareAt(values, 0), shareAt(values, 1)];
  return low > 0 && high > 0 && Math.max(low, high) <= MANY_COPIES;
}

/**
 * The map that gives each of few levels the share that it has among the values: what is left to learn is how columns
 * depend on each other. A level that none has gets what half a row would (Krichevsky and Trofimov 1981).
 */
export function levelsMap(
  step: number,
  [low, high]: readonly [number, number],
  values: ArrayLike<number>,
): ColumnMap {
  const levels = Math.round((high - low) / step) + 1;
  const counts = new Array<number>(levels).fill(0.5);
  for (let i = 0; i < values.length; i++) {
    const level = Math.round(((values[i] as number) - low) / step);
    counts[level] = (counts[level] as number) + 1;
  }
  const edges = Array.from({ length: levels + 1 }, (_, k) => low + (k - 0.5) * step);
  const margin = (step / 2) * MARGIN;
  edges[0] = (edges[0] as number) - margin;
  edges[levels] = (edges[levels] as number) + margin;
  const sum = values.length + levels / 2;
  const shares = counts.map((count) => Math.max(count / sum, LEAST_SHARE));
  return { kind: "histogram", edges, shares };
}

/** Of smaller shares, 32 bits resolve little. */
const LEAST_SHARE = 1e-5;

/** The first and the last value of a grid within bounds. */
function endsOnGrid({ step, origin }: Grid, low: number, high: number): readonly [number, number] {
  const at = (cells: number) => Number((origin + cells * step).toPrecision(12));
  const slack = 1e-9;
  return [
    at(Math.ceil((low - origin) / step - slack)),
    at(Math.floor((high - origin) / step + slack)),
  ];
}

function positive(values: Float64Array, grid: Grid | null): NumberDescription["column"] {
  const low = lowEnd(values, grid);
  const logs = values.map((value) => Math.log(value - low));
  const isSkewed = Math.abs(skewness(logs)) < Math.abs(skewness(values));
  const scale = Math.max(quantile(values, 0.1) - low, (quantile(values, 0.5) - low) / 10);
  const map: ColumnMap = isSkewed ? { kind: "exp", low } : { kind: "softplus", low, scale };
  return { ...grid, range: [leastOf(grid), null], map };
}

/** The least value that is not negative, on the grid if there is one. */
const leastOf = (grid: Grid | null): number => (grid ? endsOnGrid(grid, 0, grid.step)[0] : 0);

/** Below it 32 bits have fewer digits, or none. */
const LEAST = 1e-30;

/** Where a map onto numbers that are not negative begins: at 0, or below by what lies around it. */
function lowEnd(values: Float64Array, grid: Grid | null): number {
  const first = values[0] as number;
  const reach = reachOf(grid);
  if (isFine(grid, values)) {
    if (first <= LEAST) return -roomAt(first, values, grid);
    if (first > reach) return 0;
  }
  return leastOf(grid) - reach;
}

/** Bowley's, of the quantiles of 10 % and 90 %: from -1 to 1, outliers do not move it. */
function skewness(values: Float64Array): number {
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantile(values, share)) as [
    number,
    number,
    number,
  ];
  return high === low ? 0 : (high + low - 2 * middle) / (high - low);
}

function isHeavy(values: Float64Array): boolean {
  if (values.length < FEWEST_FOR_TAILS) return false;
  const span = (share: number) => quantile(values, 1 - share) - quantile(values, share);
  return span(0.005) > HEAVY * span(0.25);
}

function sinhMap(values: Float64Array): ColumnMap {
  const span = quantile(values, 0.75) - quantile(values, 0.25);
  // Where half of the values are the same, what lies around them is the scale.
  const scale = span / 1.35 || (quantile(values, 0.99) - quantile(values, 0.01)) / 5;
  const all = (values.at(-1) as number) - (values[0] as number);
  return { kind: "sinh", centre: quantile(values, 0.5), scale: scale || all / 10 };
}

/** Bins in which the place where values are rarest is looked for. */
const SECTORS = 24;

function circular(
  name: string,
  values: Float64Array,
  low: number,
  high: number,
): NumberDescription {
  const period = high - low;
  const bad = values.find((value) => value < low - period || value > high + period);
  if (bad !== undefined) {
    throw new DataError(
      `column "${name}" is to be an angle from ${low} to ${high} and holds ${bad}; give its turn as circular(low, high).`,
    );
  }
  const wrapped = values.map((value) => wrap(value, low, period));
  const counts = new Array<number>(SECTORS).fill(0);
  for (const value of wrapped) {
    const sector = Math.min(SECTORS - 1, Math.floor(((value - low) / period) * SECTORS));
    counts[sector] = (counts[sector] as number) + 1;
  }
  const emptiest = counts.indexOf(Math.min(...counts));
  const place = low + ((emptiest + 0.5) / SECTORS) * period;
  const grid = findGrid(values);
  const cut = grid
    ? grid.origin + (Math.round((place - grid.origin) / grid.step) + 0.5) * grid.step
    : place;
  const reach = 1e-6 * period;
  const map: ColumnMap = { kind: "sigmoid", low: cut - reach, high: cut + period + reach };
  return { column: { ...grid, map }, circle: { low, period, cut } };
}

/** The same angle in the turn that begins at `low`. */
export function wrap(value: number, low: number, period: number): number {
  const wrapped = value - period * Math.floor((value - low) / period);
  return wrapped >= low + period ? low : wrapped;
}

/** Of ascending values, the nearest one. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] as number;
}
