import type { Model } from "pushforward";
import type { Table } from "pushforward/tables";
import type { OutputColumn } from "../output/cell-text.ts";

/** How a table that a model made is written: its continuous numbers are of 32 bits, those on a grid exact. */
export function outputColumns({ columns }: Model, table: Table): OutputColumn[] {
  return table.columns.map(({ name, kind }, place) => {
    const known = columns.find((column) => column.name === name) ?? columns[place];
    const isGrid = known?.step !== undefined || kind !== "number";
    return { name, kind, precision: isGrid ? "double" : "float32" };
  });
}
