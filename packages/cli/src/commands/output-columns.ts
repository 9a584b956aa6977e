import type { Model } from "pushforward";
import type { Table } from "pushforward/tables";
import type { OutputColumn } from "../output/cell-text.ts";

/** How a table that a model drew is written: its continuous numbers are of 32 bits, those on a grid exact. */
export function drawnColumns({ columns }: Model, table: Table): OutputColumn[] {
  return table.columns.map(({ name, kind }) => {
    const known = columns.find((column) => column.name === name);
    const isContinuous = kind === "number" && known !== undefined && known.step === undefined;
    return { name, kind, precision: isContinuous ? "float32" : "double" };
  });
}
