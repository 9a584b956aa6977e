import type { Model } from "pushforward";
import { isText, schemaOf, type Table } from "pushforward/tables";
import type { TimeScale } from "../plot/index.ts";
import { eventNames } from "./event-names.ts";
import { timeScale } from "./time-scale.ts";

/** Columns of a table as numbers to draw. */
export interface TableNumbers {
  names: string[];
  /** Of categories: their values, in the order of their codes. */
  categories: (string[] | undefined)[];
  /** Of dates and times. */
  times: (TimeScale | undefined)[];
  /** Distance of values on a grid; 1 of categories. */
  steps: (number | undefined)[];
  data: Float64Array;
  /** `[rows, columns]`. */
  shape: [number, number];
}

interface ColumnNumbers {
  name: string;
  cells: Float64Array;
  categories?: string[];
  time: TimeScale | undefined;
  step: number | undefined;
}

/**
 * The columns of a model as numbers to draw: categories are numbered from 0 in the order of their values. Rows with a
 * missing cell are left out.
 */
export function tableNumbers(model: Model, table: Table): TableNumbers {
  const { fields } = schemaOf("the model", model);
  const numbers = eventNames(model);
  const columns = fields.flatMap((field): ColumnNumbers[] => {
    const column = table.columns.find(({ name }) => name === field.name);
    if (!column || field.type === "constant") return [];
    if (field.type === "number" && !isText(column)) {
      const { step } = model.columns[numbers.indexOf(field.name)] ?? {};
      return [{ name: field.name, cells: column.cells, time: timeScale(field, 0), step }];
    }
    if (field.type !== "category") return [];
    const cells = Float64Array.from(column.cells as ArrayLike<unknown>, (cell) => {
      const code = field.values.findIndex((value) => String(value) === String(cell));
      return code < 0 ? Number.NaN : code;
    });
    const categories = field.values.map((value) => String(value ?? "missing"));
    return [{ name: field.name, cells, categories, time: undefined, step: 1 }];
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
  return {
    names: columns.map(({ name }) => name),
    categories: columns.map(({ categories }) => categories),
    times: columns.map(({ time }) => time),
    steps: columns.map(({ step }) => step),
    data,
    shape: [rows.length, columns.length],
  };
}
