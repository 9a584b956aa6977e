import type { Table, TableColumn } from "pushforward/tables";
import { freeName } from "../table/free-name.ts";

/** Scores of rows. */
export interface ScoredRows {
  logDensity: Float64Array;
  /** Null of a model that knows no held-out rows. */
  tailProbability: Float64Array | null;
}

/** Names of the columns that scores are written in, none of them one of the table's. */
export function scoreNames(taken: readonly string[]) {
  return {
    row: freeName("row", taken),
    logDensity: freeName("log_density", taken),
    tailProbability: freeName("tail_probability", taken),
  };
}

/** A table with its scores as columns after its own. */
export function withScores(table: Table, { logDensity, tailProbability }: ScoredRows): Table {
  const names = scoreNames(table.columns.map(({ name }) => name));
  const number = (name: string, cells: Float64Array): TableColumn => ({
    name,
    kind: "number",
    cells,
  });
  return {
    rows: table.rows,
    columns: [
      ...table.columns,
      number(names.logDensity, logDensity),
      ...(tailProbability ? [number(names.tailProbability, tailProbability)] : []),
    ],
  };
}
