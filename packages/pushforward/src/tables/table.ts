import { DataError } from "../core/errors.ts";
import { listNames } from "./wording.ts";

/** A column of a table as people have it. */
export type TableColumn = NumberColumn | TextColumn;

export interface NumberColumn {
  readonly name: string;
  /** `"date"`: days since 1970-01-01; `"timestamp"`: seconds since 1970-01-01 00:00 UTC. */
  readonly kind: "number" | "date" | "timestamp";
  /** NaN where a cell is missing. */
  readonly cells: Float64Array;
}

export interface TextColumn {
  readonly name: string;
  /** Of `"boolean"`, cells are `"true"` and `"false"`. */
  readonly kind: "text" | "boolean";
  /** `null` where a cell is missing. */
  readonly cells: readonly (string | null)[];
}

/** Rows of named columns: numbers, dates, text, any of them missing. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

/** Whether a column's cells are text. */
export function isText(column: TableColumn): column is TextColumn {
  return column.kind === "text" || column.kind === "boolean";
}

/** Whether a cell is missing. */
export function isMissing(column: TableColumn, row: number): boolean {
  const value = column.cells[row];
  return value === null || Number.isNaN(value);
}

/**
 * The column of that name.
 *
 * @throws DataError when there is none.
 */
export function columnNamed({ columns }: Table, name: string): TableColumn {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  throw new DataError(
    `there is no column ${JSON.stringify(name)}; the table has ${listNames(names, 20)}.`,
  );
}

/** The rows at the given indices, in that order. */
export function selectRows({ columns }: Table, rows: ArrayLike<number>): Table {
  return {
    rows: rows.length,
    columns: columns.map((column) =>
      isText(column)
        ? { ...column, cells: Array.from(rows, (row) => column.cells[row] ?? null) }
        : { ...column, cells: Float64Array.from(rows, (row) => column.cells[row] as number) },
    ),
  };
}

/** The rows of two tables of the same columns, one after the other. */
export function joinTables(first: Table, second: Table): Table {
  return {
    rows: first.rows + second.rows,
    columns: first.columns.map((column, place) => {
      const other = second.columns[place];
      if (isText(column))
        return { ...column, cells: column.cells.concat((other as TextColumn).cells) };
      const cells = new Float64Array(first.rows + second.rows);
      cells.set(column.cells);
      cells.set((other as NumberColumn).cells, first.rows);
      return { ...column, cells };
    }),
  };
}
