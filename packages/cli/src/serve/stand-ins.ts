import type { Column } from "pushforward";
import { encodeTable, type Field, type Table } from "pushforward/tables";
import type { Cells, RowCells } from "./row-format.ts";

/** What stands in for the missing cells of a column, as the numbers of the model. */
export interface StandIns {
  /** The first of the column's numbers in a row. */
  readonly place: number;
  /** How many numbers it has. */
  readonly width: number;
  /** One draw after the other, row-major. */
  readonly data: Float64Array;
  /** What each draw adds to the log-density of its row. */
  readonly logDensity: Float64Array;
}

/**
 * Stand-ins for each column of a table, drawn once and for all: so a row's answer is the same
 * whatever rows are beside it.
 *
 * @param gaps as many rows as draws are wanted, all of their cells missing.
 */
export function standInsOf(
  fields: readonly Field[],
  columns: readonly Column[],
  gaps: Table,
): StandIns[] {
  let next = 0;
  return fields.map((field, seed) => {
    const place = next;
    const schema = { fields: [field], given: [] };
    const { data, shape, standInLogDensity } = encodeTable(
      schema,
      columns.slice(place),
      gaps,
      seed,
    );
    const [, width] = shape;
    next += width;
    return { place, width, data, logDensity: standInLogDensity };
  });
}

/**
 * A row with its gaps filled in, once for each draw.
 *
 * @param missing the columns that have gaps in this row.
 */
export function fillGaps(cells: Cells, missing: readonly StandIns[]): RowCells[] {
  const draws = missing[0]?.logDensity.length ?? 0;
  return Array.from({ length: draws }, (_, draw) => ({
    standIn: missing.reduce((sum, { logDensity }) => sum + (logDensity[draw] as number), 0),
    // Put together when they are needed: a request may have many rows.
    get cells() {
      const filled = [...cells];
      for (const { place, width, data } of missing) {
        for (let number = 0; number < width; number++) {
          filled[place + number] = data[draw * width + number] as number;
        }
      }
      return filled;
    },
  }));
}
