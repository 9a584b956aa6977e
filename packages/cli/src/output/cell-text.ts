import { DataError } from "pushforward";
import { isText, type NumberColumn, type TableColumn } from "pushforward/tables";
import { csvText } from "./csv-lines.ts";
import { float32Text } from "./number-text.ts";

/** A column to be written. */
export interface OutputColumn {
  readonly name: string;
  readonly kind: TableColumn["kind"];
  /** Numbers get as many digits as read back to this type, and are stored as it; default double. */
  readonly precision?: "float32" | "double";
}

/** Makes texts of a column's cells, by row; `missing` where there is none. */
export type CellText = (row: number) => string;

/** The cells of a column for a CSV file: dates in ISO form, infinity as `inf`. */
export function csvCells(column: TableColumn, { precision }: OutputColumn): CellText {
  if (isText(column)) {
    const { cells } = column;
    return (row) => (cells[row] == null ? "" : csvText(cells[row]));
  }
  const numberText = precision === "float32" ? float32Text : String;
  return numberCells(column, "", (value) => {
    if (Number.isFinite(value)) return numberText(value);
    return value > 0 ? "inf" : "-inf";
  });
}

/** The cells of a column for a line of JSON, which has no infinity: it becomes null. */
export function jsonCells(column: TableColumn, { precision }: OutputColumn): CellText {
  if (isText(column)) {
    const { kind, cells } = column;
    if (kind === "boolean") return (row) => cells[row] ?? "null";
    return (row) => JSON.stringify(cells[row] ?? null);
  }
  const numberText = precision === "float32" ? float32Text : String;
  const text = numberCells(column, "null", (value) =>
    Number.isFinite(value) ? numberText(value) : "null",
  );
  if (column.kind === "number") return text;
  return (row) => (Number.isNaN(column.cells[row]) ? "null" : JSON.stringify(text(row)));
}

function numberCells(
  { name, kind, cells }: NumberColumn,
  missing: string,
  numberText: (value: number) => string,
): CellText {
  const text = { number: numberText, date: dateText, timestamp: timestampText }[kind];
  return (row) => {
    const value = cells[row] as number;
    return Number.isNaN(value) ? missing : text(value, name);
  };
}

/** Days since 1970 as `2024-02-29`. */
function dateText(days: number, name: string): string {
  return calendar(Math.round(days) * 86_400_000, name).slice(0, -"T00:00:00.000Z".length);
}

/** Seconds since 1970 as `2024-02-29T12:00:00`, with the fraction of a second down to microseconds. */
function timestampText(seconds: number, name: string): string {
  const micros = Math.round(seconds * 1e6);
  const whole = Math.floor(micros / 1e6);
  const fraction = String(micros - whole * 1e6)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const text = calendar(whole * 1000, name).slice(0, -".000Z".length);
  return fraction === "" ? text : `${text}.${fraction}`;
}

function calendar(milliseconds: number, name: string): string {
  const date = new Date(milliseconds);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new DataError(
    `column ${JSON.stringify(name)} has a date that no calendar holds (${milliseconds / 1000} ` +
      "seconds from 1970); write the column as numbers",
  );
}
