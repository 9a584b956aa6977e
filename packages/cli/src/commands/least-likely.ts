import { joinTables, selectRows, type Table, type TableColumn } from "pushforward/tables";
import type { ScoredRows } from "./with-scores.ts";
import { withScores } from "./with-scores.ts";

/** The rows of a table that are least likely, kept while the table goes by. */
export interface LeastLikely {
  /** @param from the number of rows before these. */
  add(table: Table, scored: ScoredRows, from: number): void;
  /** Those kept, the least likely first, with their row numbers, counted from 1. */
  table(): Table;
  /** The same for machines. */
  report(): { row: number; logDensity: number | null; tailProbability: number | null }[];
}

/** Keeps the `most` rows of the smallest log-density; rows without a score are none of them. */
export function leastLikely(most: number): LeastLikely {
  let kept: Table | null = null;

  /** The rows at hand in the order of their scores, only so many. */
  function cut(table: Table): Table {
    const scores = table.columns.find(({ name }) => name === "log_density")?.cells as Float64Array;
    const order = Array.from(scores.keys())
      .filter((row) => !Number.isNaN(scores[row]))
      .sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
    return selectRows(table, order.slice(0, most));
  }

  return {
    add(table, scored, from) {
      const rows: TableColumn = {
        name: "row",
        kind: "number",
        cells: Float64Array.from({ length: table.rows }, (_, row) => from + row + 1),
      };
      const all = withScores({ rows: table.rows, columns: [rows, ...table.columns] }, scored);
      const own = cut(all);
      kept = kept ? cut(joinTables(kept, own)) : own;
    },
    table: () => kept ?? { rows: 0, columns: [] },
    report: () => reportOf(kept),
  };
}

function reportOf(table: Table | null) {
  const cells = (name: string) =>
    table?.columns.find((column) => column.name === name)?.cells as Float64Array | undefined;
  const finite = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? value : null;
  return Array.from({ length: table?.rows ?? 0 }, (_, i) => ({
    row: cells("row")?.[i] as number,
    logDensity: finite(cells("log_density")?.[i]),
    tailProbability: finite(cells("tail_probability")?.[i]),
  }));
}
