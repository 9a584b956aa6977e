import { DataError } from "./errors.ts";

/**
 * The fixed map from the real line onto where a column's values lie: `low + exp(y)`,
 * `low + scale softplus(y)`, `low + (high - low) sigmoid(y)`, `centre + scale sinh(y)`, which makes
 * heavy tails of light ones, or `H^-1(sigmoid(y))`, H the distribution function of a histogram: bins between
 * ascending edges, one share each.
 */
export type ColumnMap =
  | { readonly kind: "exp"; readonly low: number }
  | { readonly kind: "softplus"; readonly low: number; readonly scale: number }
  | { readonly kind: "sigmoid"; readonly low: number; readonly high: number }
  | { readonly kind: "sinh"; readonly centre: number; readonly scale: number }
  | {
      readonly kind: "histogram";
      readonly edges: readonly number[];
      readonly shares: readonly number[];
    };

/**
 * A column of a table: its name if it has one, the grid that its values lie on if it was dequantised, and the map
 * onto where they lie.
 */
export interface Column {
  readonly name?: string;
  /** Distance between neighbouring values, in data units; integers have 1. */
  readonly step?: number;
  /** A value on the grid; default 0. */
  readonly origin?: number;
  /** The first and the last value, where there are ends: samples keep to them. */
  readonly range?: readonly [low: number | null, high: number | null];
  /** The last layer of the flow in this column. Absent: the flow itself covers all numbers. */
  readonly map?: ColumnMap;
}

/** The value of a column that is nearest to `value`: on its grid, if it has one, and within its range. */
export function nearestValue({ step, origin = 0, range }: Column, value: number): number {
  const nearest = step === undefined ? value : origin + Math.round((value - origin) / step) * step;
  if (!range) return nearest;
  const [low, high] = range;
  return Math.min(Math.max(nearest, low ?? -Infinity), high ?? Infinity);
}

/** Share of a step by which a value may miss its grid: what rounding leaves. */
const OFF_GRID = 1e-3;

/** Whether a value lies beyond the ends of its column: it has no density. */
export function isOutside({ range, step = 0 }: Column, value: number): boolean {
  const [low, high] = range ?? [null, null];
  const slack = OFF_GRID * step;
  return value < (low ?? -Infinity) - slack || value > (high ?? Infinity) + slack;
}

/** Whether a value is on its column's grid, if there is one. */
export function isOnGrid({ step, origin = 0 }: Column, value: number): boolean {
  if (step === undefined) return true;
  const steps = (value - origin) / step;
  return Math.abs(steps - Math.round(steps)) <= OFF_GRID;
}

/** @throws DataError for a value that is not on its column's grid. */
export function checkOnGrid(
  who: string,
  { data, size }: { readonly data: ArrayLike<number>; readonly size: number },
  columns: readonly Column[],
): void {
  for (let i = 0; i < data.length; i++) {
    const column = columns[i % size] as Column;
    const value = data[i] as number;
    if (isOnGrid(column, value) && !isOutside(column, value)) continue;
    const place = `${who}: row ${Math.floor(i / size)}, column ${columnLabel(columns, i % size)}: ${value}`;
    if (isOutside(column, value)) {
      throw new DataError(`${place} lies beyond the ends of the column: it has no probability.`);
    }
    throw new DataError(
      `${place} is not on the grid of the column, steps of ${column.step}: it has a density, logProb, and no probability.`,
    );
  }
}

/** What to call a column in messages: its name in quotes, or its number counted from 0. */
export function columnLabel(columns: readonly Column[], index: number): string {
  const name = columns[index]?.name;
  return name === undefined ? `${index}` : JSON.stringify(name);
}

/** Whether what a file holds is a column: nothing that is made of it later may fail. */
export function isColumn(value: object): value is Column {
  const { name, step, origin, range, map } = value as { [K in keyof Column]: unknown };
  const isNumber = (number: unknown) => number === undefined || Number.isFinite(number);
  const isRange =
    range === undefined ||
    (Array.isArray(range) &&
      range.length === 2 &&
      range.every((end) => end === null || isNumber(end)));
  return (
    (name === undefined || typeof name === "string") &&
    (step === undefined || (Number.isFinite(step) && (step as number) > 0)) &&
    isNumber(origin) &&
    isRange &&
    (map === undefined || isColumnMap(map))
  );
}

const mapNumbers: { [K in Exclude<ColumnMap["kind"], "histogram">]: readonly string[] } = {
  exp: ["low"],
  softplus: ["low", "scale"],
  sigmoid: ["low", "high"],
  sinh: ["centre", "scale"],
};

function isColumnMap(map: unknown): boolean {
  const given = (map ?? {}) as Record<string, unknown>;
  const { kind } = given;
  if (kind === "histogram") return isHistogram(given.edges, given.shares);
  if (typeof kind !== "string" || !Object.hasOwn(mapNumbers, kind)) return false;
  return mapNumbers[kind as keyof typeof mapNumbers].every((name) => Number.isFinite(given[name]));
}

/** Whether these are ascending edges, and between them shares above 0. */
export function isHistogram(edges: unknown, shares: unknown): boolean {
  return (
    Array.isArray(edges) &&
    Array.isArray(shares) &&
    shares.length > 0 &&
    edges.length === shares.length + 1 &&
    edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1])) &&
    shares.every((share) => Number.isFinite(share) && share > 0)
  );
}
