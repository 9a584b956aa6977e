import { type Column, nearestValue } from "../core/column.ts";
import {
  eventNumbers,
  type Field,
  type NumberField,
  ownFlag,
  type TableSchema,
} from "../core/table-schema.ts";
import { wrap } from "./describe-numbers.ts";
import type { Table, TableColumn } from "./table.ts";

/** Values of columns, by name. */
export type Values = Readonly<Record<string, string | number | null>>;

/**
 * Turn events back into the rows of a table: numbers on their grids and within their bounds, angles in their turn,
 * the category whose number is largest, missing cells missing.
 *
 * @param data events as the flow gives them, row-major.
 * @param given values of the columns that the model is conditioned on, the same in all rows.
 */
export function decodeTable(
  { fields, given: givenFields }: TableSchema,
  columns: readonly Column[],
  data: ArrayLike<number>,
  given: Values = {},
): Table {
  const width = columns.length;
  const rows = data.length / width;
  const flags = new Map<string, number>();
  let place = 0;
  const decoded = fields.map((field) => {
    const from = place;
    place += eventNumbers(field);
    const own = columns.slice(from, place);
    if (field.type === "number" && ownFlag(field)) flags.set(field.name, from + 1);
    const flag = flagOf(field, flags);
    return columnOf(field, rows, (row) => {
      const number = (index: number) => data[row * width + index] as number;
      const missing = flag !== undefined && number(flag) > 0.5;
      return missing ? null : cellOf(field, own, (index) => number(from + index));
    });
  });
  const constant = givenFields.map((field) =>
    columnOf(field, rows, () =>
      Object.hasOwn(given, field.name) ? (given[field.name] ?? null) : null,
    ),
  );
  return { rows, columns: [...constant, ...decoded] };
}

/** The number of the event that says whether the field's cell is missing. */
function flagOf(field: Field, flags: ReadonlyMap<string, number>): number | undefined {
  if (field.type !== "number" || !field.standIn) return undefined;
  return flags.get(field.missingWith ?? field.name);
}

function columnOf(
  { name, kind }: Field,
  rows: number,
  cell: (row: number) => string | number | null,
): TableColumn {
  if (kind === "text" || kind === "boolean") {
    const cells = Array.from({ length: rows }, (_, row) => cell(row) as string | null);
    return { name, kind, cells };
  }
  const cells = Float64Array.from({ length: rows }, (_, row) => {
    const value = cell(row);
    return value === null ? Number.NaN : Number(value);
  });
  return { name, kind, cells };
}

function cellOf(
  field: Field,
  columns: readonly Column[],
  number: (index: number) => number,
): string | number | null {
  if (field.type === "constant") return field.value;
  if (field.type === "number") {
    const [column = {}] = columns;
    const value = fromEvent(field, nearestValue(column, number(0)));
    // 0.1 * 509 is 50.900000000000006.
    return column.step === undefined ? value : Number(value.toPrecision(12));
  }
  const { values } = field;
  if (columns.length === 1) return values[Number(number(0) > 0.5)] ?? null;
  let largest = 0;
  for (let code = 1; code < values.length; code++) {
    if (number(code) > number(largest)) largest = code;
  }
  return values[largest] ?? null;
}

const fromEvent = ({ circle, offset = 0 }: NumberField, value: number): number =>
  circle ? wrap(value, circle.low, circle.period) : value + offset;
