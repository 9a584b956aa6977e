import type { Model } from "pushforward";
import { isText, schemaOf, type Table } from "pushforward/tables";
import { splitMix32 } from "../table/split-mix.ts";

/** Columns of a table as numbers to draw. */
export interface TableNumbers {
  names: string[];
  data: Float64Array;
  /** `[rows, columns]`. */
  shape: [number, number];
}

/** How far the dots of a category lie from its number. */
const SPREAD = 0.3;

/**
 * The columns of a model as numbers to draw: categories are numbered from 0 in the order of their values, and spread, so that their
 * dots do not hide each other. Rows with a missing cell are left out.
 */
export function tableNumbers(model: Model, table: Table): TableNumbers {
  const { fields } = schemaOf("the model", model);
  const jitter = splitMix32(0);
  const columns = fields.flatMap((field) => {
    const column = table.columns.find(({ name }) => name === field.name);
    if (!column || field.type === "constant") return [];
    if (field.type === "number" && !isText(column))
      return [{ name: field.name, cells: column.cells }];
    if (field.type !== "category") return [];
    const cells = Float64Array.from(column.cells as ArrayLike<unknown>, (cell) => {
      const code = field.values.findIndex((value) => String(value) === String(cell));
      return code < 0 ? Number.NaN : code + SPREAD * (2 * jitter() - 1);
    });
    const codes = field.values.slice(0, 4).map((value, code) => `${code} ${value ?? "missing"}`);
    const more = field.values.length > 4 ? ", ..." : "";
    return [{ name: `${field.name} (${codes.join(", ")}${more})`, cells }];
  });
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    columns.every(({ cells }) => !Number.isNaN(cells[row])),
  );
  const data = new Float64Array(rows.length * columns.length);
  rows.forEach((row, place) => {
    columns.forEach(({ cells }, c) => {
      data[place * columns.length + c] = cells[row] as number;
    });
  });
  return { names: columns.map(({ name }) => name), data, shape: [rows.length, columns.length] };
}
