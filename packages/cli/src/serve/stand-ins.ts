import type { Column } from "pushforward";
import { encodeTable, type Field, type ScorePoint, type Table } from "pushforward/tables";
import type { Cells, RowCells } from "./row-format.ts";

/** What stands in for the missing cell of a column, as the numbers of the model, at each point. */
export interface StandIns {
  /** The first of the column's numbers in a row. */
  readonly place: number;
  /** For each point, the column's numbers. */
  readonly numbers: readonly Float64Array[];
  /** For each point, what they add to the log-density of a row. */
  readonly logDensity: readonly number[];
}

/**
 * Stand-ins for each column of a table, those of `scoreTable`.
 *
 * @param gap one row, all of its cells missing.
 */
export function standInsOf(
  fields: readonly Field[],
  columns: readonly Column[],
  gap: Table,
  points: readonly ScorePoint[],
): StandIns[] {
  let next = 0;
  return fields.map((field) => {
    const place = next;
    const schema = { fields: [field], given: [] };
    const encoded = points.map(({ standIns }) =>
      encodeTable(schema, columns.slice(place), gap, standIns.subarray(place)),
    );
    const numbers = encoded.map(({ data }) => data);
    next += numbers[0]?.length ?? 0;
    const logDensity = encoded.map(({ standInLogDensity: [own = 0] }) => own);
    return { place, numbers, logDensity };
  });
}

/**
 * A row at each point: its gaps filled in, its numbers at places within their cells.
 *
 * @param missing the columns that have gaps in this row.
 */
export function rowAtPoints(
  cells: Cells,
  missing: readonly StandIns[],
  points: readonly ScorePoint[],
): RowCells[] {
  return points.map(({ inCells }, k) => ({
    standIn: missing.reduce((sum, { logDensity }) => sum + (logDensity[k] as number), 0),
    // Put together when they are needed: a request may have many rows.
    get cells() {
      const filled = [...cells];
      for (const { place, numbers } of missing) {
        for (const [i, number] of (numbers[k] ?? []).entries()) filled[place + i] = number;
      }
      return filled.map((number, place) => number + (inCells[place] as number));
    },
  }));
}
