import { hostRandom } from "../../src/numerics/host-random.ts";
import type { NumberColumn, Table, TableColumn } from "../../src/tables/index.ts";

/** A column from what each row makes of a random generator. */
export function numbers(
  name: string,
  rows: number,
  value: (random: ReturnType<typeof hostRandom>, row: number) => number,
): NumberColumn {
  const random = hostRandom(name.length, name.charCodeAt(0));
  return {
    name,
    kind: "number",
    cells: Float64Array.from({ length: rows }, (_, row) => value(random, row)),
  };
}

export function text(name: string, cells: readonly (string | null)[]): TableColumn {
  return { name, kind: "text", cells };
}

export const tableOf = (...columns: TableColumn[]): Table => ({
  rows: columns[0]?.cells.length ?? 0,
  columns,
});

/** What a column's cells are; missing ones as null. */
export function cellsOf({ columns }: Table, name: string): (string | number | null)[] {
  const column = columns.find((each) => each.name === name);
  return Array.from(column?.cells as ArrayLike<string | number | null>, (cell) =>
    Number.isNaN(cell) ? null : cell,
  );
}
