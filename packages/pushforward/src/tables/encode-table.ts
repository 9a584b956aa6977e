import { type Column, isOutside, nearestValue } from "../core/column.ts";
import { DataError } from "../core/errors.ts";
import {
  type CategoryField,
  contextNumbers,
  countNumbers,
  eventNumbers,
  type Field,
  type NumberField,
  ownFlag,
  type TableSchema,
} from "../core/table-schema.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { wrap } from "./describe-numbers.ts";
import { standInLogDensity, standInQuantile } from "./stand-in.ts";
import { columnNamed, isMissing, isText, type Table, type TableColumn } from "./table.ts";

/** Rows of a table as rows of numbers. */
export interface EncodedTable {
  /** Events, row-major; those of rows with a fault are of no use. */
  readonly data: Float64Array;
  /** `[rows, numbers]`. */
  readonly shape: [number, number];
  /** Contexts, where columns are given. */
  readonly context?: { readonly data: Float64Array; readonly shape: [number, number] };
  /** For each row, what stand-ins for missing cells add to its log-density: `log q`, to be taken off. */
  readonly standInLogDensity: Float64Array;
  /** Rows in which something stands in for a missing cell. */
  readonly standInRows: ReadonlySet<number>;
  /** Rows that the model cannot take, or not produce. */
  readonly faults: ReadonlyMap<number, RowFault>;
}

export interface RowFault {
  readonly column: string;
  /**
   * A cell is missing of which the model needs a value; or it is one, or missing, as no row that it was fitted to; or
   * a number beyond the ends of its column.
   */
  readonly kind: "missing" | "unseen" | "outside";
  readonly value: string | number | null;
}

/**
 * Turn the rows of a table into events, and contexts if columns are given.
 *
 * @param columns of the model, one for each number of an event.
 * @param standIns seed of what stands in for missing cells, or for each number of an event what it is.
 * @throws DataError when a column of the schema is not in the table, or holds text where it held numbers.
 */
export function encodeTable(
  schema: TableSchema,
  columns: readonly Column[],
  table: Table,
  standIns: number | Float64Array = 0,
): EncodedTable {
  const faults = new Map<number, RowFault>();
  const standInLogDensity = new Float64Array(table.rows);
  const standInRows = new Set<number>();
  const standInFor = typeof standIns === "number" ? drawnBy(standIns) : givenBy(standIns);
  const encoding = { faults, standInLogDensity, standInRows, standInFor };
  const width = countNumbers(schema.fields, eventNumbers);
  const data = new Float64Array(table.rows * width);
  let place = 0;
  for (const field of schema.fields) {
    encodeField(table, field, columns.slice(place), { ...encoding, data, width, place });
    place += eventNumbers(field);
  }
  return {
    data,
    shape: [table.rows, width],
    ...(schema.given.length > 0 && { context: encodeGiven(schema.given, table, encoding) }),
    standInLogDensity,
    standInRows,
    faults,
  };
}

/** What stands in for a missing cell, between the knots, whose number of the event is at `place`. */
type StandInFor = (knots: readonly number[], column: Column, place: number) => number;

function drawnBy(seed: number): StandInFor {
  const random = hostRandom(seed, streams.missingCells);
  return (knots, column) => nearestValue(column, standInQuantile(knots, random.uniform()));
}

const givenBy =
  (standIns: Float64Array): StandInFor =>
  (_, __, place) =>
    standIns[place] as number;

interface Encoding {
  readonly faults: Map<number, RowFault>;
  readonly standInLogDensity: Float64Array;
  readonly standInRows: Set<number>;
  readonly standInFor: StandInFor;
}

/** Which fault is told of a row that has several. */
const precedence: readonly RowFault["kind"][] = ["missing", "unseen", "outside"];

function addFault({ faults }: Encoding, row: number, fault: RowFault): void {
  const known = faults.get(row);
  if (known && precedence.indexOf(known.kind) <= precedence.indexOf(fault.kind)) return;
  faults.set(row, fault);
}

interface Target extends Encoding {
  readonly data: Float64Array;
  /** Numbers in a row. */
  readonly width: number;
  /** The first number of the field. */
  readonly place: number;
}

function encodeField(table: Table, field: Field, columns: readonly Column[], target: Target): void {
  if (field.type === "constant") return;
  const cells = cellsOf(table, field);
  if (field.type === "category") {
    encodeCategories(cells, field, eventNumbers(field), target);
    return;
  }
  const { data, width, place, standInLogDensity: logDensity, standInRows, standInFor } = target;
  const [column = {}] = columns;
  const { missingWith } = field;
  const other = missingWith === undefined ? undefined : columnNamed(table, missingWith);
  for (let row = 0; row < table.rows; row++) {
    const at = row * width + place;
    const missing = isMissing(cells, row);
    if (other && missing !== isMissing(other, row)) {
      const column = missing ? field.name : (missingWith as string);
      addFault(target, row, { column, kind: "unseen", value: null });
    }
    if (!missing) {
      const value = toEvent(field, cells.cells[row] as number);
      data[at] = value;
      if (isOutside(column, value)) {
        const found = cells.cells[row] as number;
        addFault(target, row, { column: field.name, kind: "outside", value: found });
      }
      continue;
    }
    if (!field.standIn) {
      addFault(target, row, { column: field.name, kind: "missing", value: null });
      continue;
    }
    const value = standInFor(field.standIn, column, place);
    data[at] = value;
    if (ownFlag(field)) data[at + 1] = 1;
    standInRows.add(row);
    logDensity[row] =
      (logDensity[row] as number) + standInLogDensity(field.standIn, value, column.step);
  }
}

/** Of an angle, the one in the turn that begins where it is cut; of a time, its distance from the offset. */
const toEvent = ({ circle, offset = 0 }: NumberField, value: number): number =>
  circle ? wrap(value, circle.cut, circle.period) : value - offset;

function encodeCategories(
  column: TableColumn,
  field: CategoryField,
  numbers: number,
  target: Target,
): void {
  const { data, width, place } = target;
  const { name, values } = field;
  const codes = new Map(values.map((value, code) => [value, code]));
  const rows = data.length / width;
  for (let row = 0; row < rows; row++) {
    const value = isMissing(column, row) ? null : (column.cells[row] as string | number);
    const code = codes.get(value);
    const kind = value === null ? "missing" : "unseen";
    if (code === undefined) addFault(target, row, { column: name, kind, value });
    else if (numbers === 1) data[row * width + place] = code;
    else data[row * width + place + code] = 1;
  }
}

function encodeGiven(given: readonly Field[], table: Table, encoding: Encoding) {
  const width = countNumbers(given, contextNumbers);
  const data = new Float64Array(table.rows * width);
  let place = 0;
  for (const field of given) {
    const target = { ...encoding, data, width, place };
    const cells = cellsOf(table, field);
    if (field.type === "number") encodeGivenNumbers(cells, field, target);
    else if (field.type === "category")
      encodeCategories(cells, field, contextNumbers(field), target);
    place += contextNumbers(field);
  }
  return { data, shape: [table.rows, width] as [number, number] };
}

function encodeGivenNumbers(column: TableColumn, field: NumberField, target: Target): void {
  const { data, width, place } = target;
  const { name, circle, standIn, offset = 0 } = field;
  const rows = data.length / width;
  for (let row = 0; row < rows; row++) {
    const missing = isMissing(column, row);
    if (missing && !standIn) addFault(target, row, { column: name, kind: "missing", value: null });
    // No density is taken of a context: any number does, with the flag beside it.
    const value = missing
      ? (standIn?.[standIn.length >> 1] ?? 0)
      : (column.cells[row] as number) - offset;
    const angle = circle && (2 * Math.PI * (value - circle.low)) / circle.period;
    const numbers = angle === undefined ? [value] : [Math.cos(angle), Math.sin(angle)];
    if (ownFlag(field)) numbers.push(Number(missing));
    data.set(numbers, row * width + place);
  }
}

function cellsOf(table: Table, field: Field): TableColumn {
  const column = columnNamed(table, field.name);
  const isTextField = field.kind === "text" || field.kind === "boolean";
  if (isText(column) === isTextField) return column;
  // Text that holds no values at all says nothing against numbers.
  if (isText(column) && column.cells.every((cell) => cell === null)) {
    return {
      name: field.name,
      kind: "number",
      cells: new Float64Array(table.rows).fill(Number.NaN),
    };
  }
  if (isTextField && !isText(column)) {
    return {
      name: field.name,
      kind: "text",
      cells: Array.from(column.cells, (value) => (Number.isNaN(value) ? null : String(value))),
    };
  }
  throw new DataError(
    `column ${JSON.stringify(field.name)} holds text where the model was fitted to numbers.`,
  );
}
