import type { Table, TableColumn } from "pushforward/tables";

/** Scores of rows. */
export interface ScoredRows {
  logDensity: Float64Array;
  /** Null of a model that knows no held-out rows. */
  tailProbability: Float64Array | null;
}

/** A table with its scores as columns. */
export function withScores(table: Table, { logDensity, tailProbability }: ScoredRows): Table {
  const number = (name: string, cells: Float64Array): TableColumn => ({
    name,
    kind: "number",
    cells,
  });
  return {
    rows: table.rows,
    columns: [
      ...table.columns,
      number("log_density", logDensity),
      ...(tailProbability ? [number("tail_probability", tailProbability)] : []),
    ],
  };
}
