import type { Column } from "../core/column.ts";
import { DataError } from "../core/errors.ts";
import type {
  CategoryField,
  ConstantField,
  Field,
  NumberField,
  TableSchema,
} from "../core/table-schema.ts";
import { findGrid } from "../training/dequantization.ts";
import { fingerprint } from "../training/fingerprint.ts";
import type { ColumnType } from "./column-type.ts";
import { dependentColumns } from "./dependent-columns.ts";
import { describeNumbers, isScaled, levelsMap, quantile, wrap } from "./describe-numbers.ts";
import {
  columnNamed,
  isMissing,
  isText,
  type NumberColumn,
  selectRows,
  type Table,
  type TableColumn,
} from "./table.ts";
import { countOf, listNames } from "./wording.ts";

/** What to do about missing cells. */
export type MissingPolicy = "refuse" | "drop" | "model";

export interface DescribeOptions {
  /** Types of columns, in the place of what their cells look like. */
  types?: Readonly<Record<string, ColumnType>> | undefined;
  /** Columns to condition on: the model is a density of the others, given these. */
  given?: readonly string[] | undefined;
  /** `"refuse"` (default): an error; `"drop"`: leave rows out; `"model"`: whether a cell is missing is part of the density. */
  missing?: MissingPolicy | undefined;
  /** Leave out columns that others determine; default: an error that names them. */
  dropDependent?: boolean | undefined;
}

/** How a table becomes rows of numbers, and what was decided on the way. */
export interface TableDescription {
  readonly schema: TableSchema;
  /** One for each number of an event. */
  readonly columns: readonly Column[];
  /** The rows that are left. */
  readonly table: Table;
  /** What was left out or decided, one line each. */
  readonly notices: readonly string[];
}

/** Text of more different values than these is no category, unless it is said to be one. */
const MOST_CATEGORIES = 50;

/** Each value is a number of the event. */
const MOST_ASKED_FOR = 1000;

/**
 * Find out what the columns of a table are: real, positive, bounded, on a grid, heavy-tailed, circular, categories,
 * constant; with missing cells or without.
 *
 * @throws DataError for missing cells, unless a policy for them is given; for columns that others determine; for
 * cells that are not of the type asked for; when no column is left.
 */
export function describeTable(table: Table, options: DescribeOptions = {}): TableDescription {
  const { types = {}, given = [], missing = "refuse" } = options;
  for (const name of [...Object.keys(types), ...given]) columnNamed(table, name);
  if (table.rows < 2) {
    throw new DataError(`got ${countOf(table.rows, "row")}; a density needs many.`);
  }
  const notices: string[] = [];
  const usable = withoutUseless(table, types, notices);
  const complete = applyPolicy(usable, missing, notices);
  const described = complete.columns.map((column) =>
    describeColumn(complete, column, typeOf(types, column)),
  );
  for (const { field } of described) {
    if (field.type !== "constant") continue;
    notices.push(
      `Column ${JSON.stringify(field.name)} is constant, ${JSON.stringify(field.value)}: samples have it, the density does not.`,
    );
  }
  const kept = withoutDependent(complete, described, options, notices);
  noticeScaled(complete, kept, types, notices);
  const isGiven = ({ field }: Described) => given.includes(field.name);
  // What is given is known to no event, and the other way around: each has flags of its own.
  const events = shareFlags(
    complete,
    kept.filter((each) => !isGiven(each)),
  );
  if (events.every(({ field }) => field.type === "constant")) {
    throw new DataError(
      `no column is left to fit a density to${given.length > 0 ? ", next to those given" : ""}; add columns that vary.`,
    );
  }
  const schema: TableSchema = {
    fields: events.map(({ field }) => field),
    given: shareFlags(complete, kept.filter(isGiven))
      .map(({ field }) => field)
      .filter(({ type }) => type !== "constant"),
  };
  return { schema, columns: events.flatMap(({ columns }) => columns), table: complete, notices };
}

interface Described {
  field: Field;
  columns: Column[];
}

const typeOf = (types: Readonly<Record<string, ColumnType>>, { name }: TableColumn) =>
  Object.hasOwn(types, name) ? types[name] : undefined;

function noticeScaled(
  table: Table,
  kept: readonly Described[],
  types: Readonly<Record<string, ColumnType>>,
  notices: string[],
): void {
  const scaled = kept.filter(({ field, columns }) => {
    const column = columnNamed(table, field.name);
    const hasLevels = columns[0]?.map?.kind === "histogram";
    return !hasLevels && !isText(column) && !typeOf(types, column) && isScaled(column.cells);
  });
  if (scaled.length === 0) return;
  const names = scaled.map(({ field }) => field.name);
  notices.push(
    `Seem to be scaled to 0 and 1, and are not taken to end at 1: ${listNames(names, 8)} (bounded(0, 1) where they do).`,
  );
}

/** Columns without values and text of many different values go first: their gaps are nobody's concern. */
function withoutUseless(
  table: Table,
  types: Readonly<Record<string, ColumnType>>,
  notices: string[],
): Table {
  const columns = table.columns.filter((column) => {
    const why = whyUseless(column, typeOf(types, column));
    if (why) notices.push(`Left out, ${why}: ${JSON.stringify(column.name)}.`);
    return !why;
  });
  return { rows: table.rows, columns };
}

function whyUseless(column: TableColumn, type: ColumnType | undefined): string | undefined {
  if (!isText(column)) return column.cells.every(Number.isNaN) ? "no values" : undefined;
  const known = column.cells.filter((cell) => cell !== null);
  const different = new Set(known).size;
  if (different === 0) return "no values";
  const repeats = 2 * different <= known.length || different === 1;
  const isCategory = different <= MOST_CATEGORIES && repeats;
  if (isCategory || type) return undefined;
  return `text of ${countOf(different, "different value")}`;
}

function applyPolicy(table: Table, policy: MissingPolicy, notices: string[]): Table {
  const gaps = table.columns
    .map((column) => ({ name: column.name, count: countMissing(column, table.rows) }))
    .filter(({ count }) => count > 0);
  if (gaps.length === 0 || policy === "model") {
    for (const { name, count } of gaps) {
      notices.push(
        `Column ${JSON.stringify(name)} lacks ${countOf(count, "cell")}: whether one is missing is part of the density.`,
      );
    }
    return table;
  }
  if (policy === "refuse") {
    const shown = gaps.slice(0, 8).map(({ name, count }) => `${JSON.stringify(name)} (${count})`);
    const more = gaps.length > 8 ? ` and ${countOf(gaps.length - 8, "more column")}` : "";
    throw new DataError(
      `of ${countOf(table.rows, "row")}, cells are missing in ${shown.join(", ")}${more}; drop such rows, or model ` +
        "which cells are missing.",
    );
  }
  const rows = Uint32Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    table.columns.every((column) => !isMissing(column, row)),
  );
  if (rows.length === 0) {
    const fullest = gaps.sort((a, b) => b.count - a.count).map(({ name }) => name);
    throw new DataError(
      `every row lacks a cell, most often in ${listNames(fullest.slice(0, 3), 3)}; leave such columns out, or model ` +
        "which cells are missing.",
    );
  }
  notices.push(`Left out, a cell is missing: ${countOf(table.rows - rows.length, "row")}.`);
  return selectRows(table, rows);
}

function countMissing(column: TableColumn, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (isMissing(column, row)) count++;
  return count;
}

/** The column's field and its numbers. */
function describeColumn(
  table: Table,
  column: TableColumn,
  type: ColumnType | undefined,
): Described {
  if (isText(column) || type?.type === "category") return describeCategories(table, column, type);
  const { name, kind, cells } = column;
  refuseLarge(column);
  const known = cells.filter((value) => !Number.isNaN(value)).sort();
  if (known[0] === known.at(-1)) {
    const value = known[0] as number;
    // Missing or not: that varies.
    const gaps = table.rows - known.length;
    return gaps > 0
      ? categories(column, [
          [value, known.length],
          [null, gaps],
        ])
      : constant(column, value);
  }
  if (kind !== "number") return describeTimes(column, known, table.rows);
  const { column: found, circle } = describeNumbers(name, known, type ?? angleOf(name, known));
  const values = circle
    ? known.map((value) => wrap(value, circle.cut, circle.period)).sort()
    : known;
  return withGaps(
    { type: "number", name, kind, ...(circle && { circle }) },
    { name, ...found },
    values,
    table.rows,
  );
}

/** Days and seconds count from the middle of the column: from 1970, 32 bits would resolve hours. */
function describeTimes({ name, kind }: NumberColumn, known: Float64Array, rows: number): Described {
  const offset = Math.round(quantile(known, 0.5));
  const values = known.map((value) => value - offset);
  const grid = kind === "date" ? { step: 1, origin: 0 } : findGrid(values);
  return withGaps({ type: "number", name, kind, offset }, { name, ...grid }, values, rows);
}

/** A column of numbers, with a stand-in and a flag where cells are missing. */
function withGaps(
  field: NumberField,
  column: Column,
  values: Float64Array,
  rows: number,
): Described {
  if (values.length === rows) return { field, columns: [column] };
  return {
    field: { ...field, standIn: standInKnots(values) },
    columns: [column, cell(`${field.name} is missing`, rows - values.length, rows)],
  };
}

/** Beyond it, float32 arithmetic would overflow. */
const LARGEST = 1e30;

function refuseLarge({ name, cells }: NumberColumn): void {
  const row = cells.findIndex((value) => Math.abs(value) > LARGEST);
  if (row < 0) return;
  throw new DataError(
    `column ${JSON.stringify(name)} holds ${cells[row]} in row ${row + 1}, beyond the largest magnitude of ${LARGEST}; ` +
      "correct or rescale it, or leave the column out.",
    { column: name },
  );
}

function describeCategories(
  table: Table,
  column: TableColumn,
  type: ColumnType | undefined,
): Described {
  const { name } = column;
  if (type && type.type !== "category") {
    throw new DataError(`column ${JSON.stringify(name)} holds text; it can only be a category.`);
  }
  const different = new Map<string | number | null, number>();
  for (let row = 0; row < table.rows; row++) {
    const value = isMissing(column, row) ? null : (column.cells[row] as string | number);
    different.set(value, (different.get(value) ?? 0) + 1);
  }
  if (different.size > MOST_ASKED_FOR) {
    throw new DataError(
      `column ${JSON.stringify(name)} has ${countOf(different.size, "different value")}, too many for a category (at ` +
        `most ${MOST_ASKED_FOR}); join rare ones, or leave the column out.`,
      { column: name },
    );
  }
  const counts = [...different].sort(([a], [b]) => inOrder(a, b));
  const [value = null] = counts[0] ?? [];
  return counts.length === 1 && value !== null
    ? constant(column, value)
    : categories(column, counts);
}

/** Missing comes last. */
function inOrder(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

const constant = ({ name, kind }: TableColumn, value: string | number): Described => ({
  field: { type: "constant", name, kind, value } satisfies ConstantField,
  columns: [],
});

/** @param counts how many rows have each value. */
function categories(
  { name, kind }: TableColumn,
  counts: readonly (readonly [value: CategoryField["values"][number], rows: number])[],
): Described {
  const values = counts.map(([value]) => value);
  const rows = counts.reduce((sum, [, count]) => sum + count, 0);
  const shown = counts.length === 2 ? counts.slice(1) : counts;
  return {
    field: { type: "category", name, kind, values },
    columns: shown.map(([value, count]) => cell(`${name}=${value ?? "missing"}`, count, rows)),
  };
}

/** A number that is 0 or 1, spread over its cell. @param ones how many of the rows have 1. */
function cell(name: string, ones: number, rows: number): Column {
  const values = new Uint8Array(rows).fill(1, 0, ones);
  return { name, step: 1, origin: 0, range: [0, 1], map: levelsMap(1, [0, 1], values) };
}

/** Ascending knots, at the octiles: what stands in for a missing cell lies where values do. */
function standInKnots(values: Float64Array): number[] {
  const knots = Array.from({ length: 9 }, (_, i) => quantile(values, i / 8));
  return [...new Set(knots)];
}

const ANGLE = /(^|[^a-z])(angle|azimuth|bearing|heading|direction|aspect|phase)([^a-z]|$)/i;

/** The turn of a column that is called an angle and goes round nearly all of a circle of degrees. */
function angleOf(name: string, values: Float64Array): ColumnType | undefined {
  if (!ANGLE.test(name)) return undefined;
  const [low, high] = [values[0] as number, values.at(-1) as number];
  if (high - low < 300 || high - low > 360) return undefined;
  if (low >= 0 && high <= 360) return { type: "circular", low: 0, high: 360 };
  return low >= -180 && high <= 180 ? { type: "circular", low: -180, high: 180 } : undefined;
}

/** Columns that are missing in the same rows have one number for that among them. */
function shareFlags(table: Table, described: readonly Described[]): Described[] {
  const firsts = new Map<string, string>();
  return described.map((each) => {
    const { field, columns } = each;
    if (field.type !== "number" || !field.standIn) return each;
    const cells = columnNamed(table, field.name);
    const mask = Array.from({ length: table.rows }, (_, row) => Number(isMissing(cells, row))).join(
      "",
    );
    const first = firsts.get(mask);
    firsts.set(mask, first ?? field.name);
    if (first === undefined) return each;
    return { field: { ...field, missingWith: first }, columns: columns.slice(0, 1) };
  });
}

function withoutDependent(
  table: Table,
  described: readonly Described[],
  { dropDependent }: DescribeOptions,
  notices: string[],
): Described[] {
  const copies = copiesAmong(
    table,
    described.map(({ field }) => field),
  );
  const isCopy = (name: string) => copies.some((copy) => copy.name === name);
  const found = [
    ...copies,
    ...sumsAmong(
      table,
      described.filter(({ field }) => !isCopy(field.name)),
    ),
  ];
  const [first] = found;
  if (!first) return [...described];
  const names = found.map(({ name }) => name);
  if (!dropDependent) {
    throw new DataError(
      `column ${JSON.stringify(first.name)} ${first.how}: together they have no density. Leave out ` +
        `${listNames(names, 8)}.`,
      { column: first.name },
    );
  }
  notices.push(`Left out, other columns determine it: ${listNames(names, 8)}.`);
  return described.filter(({ field }) => !names.includes(field.name));
}

/** A column that others determine, and how. */
interface Determined {
  name: string;
  how: string;
}

/** Columns whose cells are those of another: equal numbers, or categories that stand for one another. */
function copiesAmong(table: Table, fields: readonly Field[]): Determined[] {
  const seen = new Map<number, { name: string; codes: Float64Array }[]>();
  return fields.flatMap(({ name, type }) => {
    if (type === "constant") return [];
    const column = columnNamed(table, name);
    const codes = type === "number" ? (column as NumberColumn).cells : codesOf(column);
    const hash = fingerprint([codes]);
    const alike = seen.get(hash) ?? [];
    const first = alike.find((other) =>
      codes.every((code, row) => Object.is(code, other.codes[row])),
    );
    if (first) return [{ name, how: `repeats ${JSON.stringify(first.name)} in every row` }];
    seen.set(hash, [...alike, { name, codes }]);
    return [];
  });
}

/** Values numbered in the order in which they first come. */
function codesOf({ cells }: TableColumn): Float64Array {
  const codes = new Map<string | number | null, number>();
  return Float64Array.from(cells as ArrayLike<string | number | null>, (cell) => {
    const code = codes.get(cell) ?? codes.size;
    codes.set(cell, code);
    return code;
  });
}

/** More columns than these would take minutes to compare. */
const MOST_COMPARED = 1000;

/** Continuous columns that are sums of multiples of others. */
function sumsAmong(table: Table, described: readonly Described[]): Determined[] {
  const continuous = described.flatMap(({ field, columns: [column] }) => {
    if (field.type !== "number" || field.standIn || column?.step !== undefined) return [];
    const { cells } = columnNamed(table, field.name) as NumberColumn;
    return [{ name: field.name, cells }];
  });
  // Among so few rows all columns determine each other.
  const fewRows = table.rows <= continuous.length + 1;
  if (fewRows || continuous.length < 2 || continuous.length > MOST_COMPARED) return [];
  const nameOf = (index: number) => continuous[index]?.name ?? "";
  return dependentColumns(continuous.map(({ cells }) => cells)).map(({ column, of }) => ({
    name: nameOf(column),
    how: `follows from ${listNames(of.map(nameOf), 4)} (a sum of multiples of them)`,
  }));
}
