import { joinTables, selectRows, type Table, type TableColumn } from "pushforward/tables";
import { type ScoredRows, scoreNames, withScores } from "./with-scores.ts";

/** The rows of a table that are least likely, kept while the table goes by. */
export interface LeastLikely {
  /** @param from the number of rows before these. */
  add(table: Table, scored: ScoredRows, from: number): void;
  /** Those kept, the least likely first, with their row numbers, counted from 1. */
  table(): Table;
  /** The same for machines. */
  report(): { row: number; logDensity: number | null; tailProbability: number | null }[];
}

/** Rows with their numbers in the table and their scores. */
interface Kept {
  rows: Float64Array;
  table: Table;
  scored: ScoredRows;
}

/** Keeps the `most` rows of the smallest log-density; rows without a score are none of them. */
export function leastLikely(most: number): LeastLikely {
  let kept: Kept | null = null;
  return {
    add(table, scored, from) {
      const rows = Float64Array.from({ length: table.rows }, (_, row) => from + row + 1);
      const own = cut({ rows, table, scored }, most);
      kept = kept ? cut(joined(kept, own), most) : own;
    },
    table: () => (kept ? withRows(kept) : { rows: 0, columns: [] }),
    report: () =>
      Array.from(kept?.rows ?? [], (row, i) => ({
        row,
        logDensity: finite(kept?.scored.logDensity[i]),
        tailProbability: finite(kept?.scored.tailProbability?.[i]),
      })),
  };
}

/** The rows in the order of their scores, only so many. */
function cut({ rows, table, scored }: Kept, most: number): Kept {
  const { logDensity, tailProbability } = scored;
  const order = Array.from(logDensity.keys())
    .filter((row) => !Number.isNaN(logDensity[row]))
    .sort((a, b) => (logDensity[a] as number) - (logDensity[b] as number) || a - b)
    .slice(0, most);
  const taken = (values: Float64Array) => Float64Array.from(order, (row) => values[row] as number);
  return {
    rows: taken(rows),
    table: selectRows(table, order),
    scored: {
      logDensity: taken(logDensity),
      tailProbability: tailProbability && taken(tailProbability),
    },
  };
}

function joined(first: Kept, second: Kept): Kept {
  const both = (a: Float64Array, b: Float64Array) => Float64Array.from([...a, ...b]);
  const [tails, more] = [first.scored.tailProbability, second.scored.tailProbability];
  return {
    rows: both(first.rows, second.rows),
    table: joinTables(first.table, second.table),
    scored: {
      logDensity: both(first.scored.logDensity, second.scored.logDensity),
      tailProbability: tails && more && both(tails, more),
    },
  };
}

function withRows({ rows, table, scored }: Kept): Table {
  const { row } = scoreNames(table.columns.map(({ name }) => name));
  const numbers: TableColumn = { name: row, kind: "number", cells: rows };
  const { columns } = withScores(table, scored);
  return { rows: table.rows, columns: [numbers, ...columns] };
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
