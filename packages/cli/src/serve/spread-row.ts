import type { RowCells } from "./row-format.ts";

/**
 * A row at each point of the cells of its grids, at which its density is averaged.
 *
 * @param filled the row, or where it has gaps one for each point.
 * @param points what to add to its numbers.
 */
export function spreadRow(
  filled: readonly RowCells[],
  points: readonly Float64Array[],
): RowCells[] {
  return points.map((point, draw) => {
    const row = filled[draw % filled.length] as RowCells;
    return {
      standIn: row.standIn,
      // Put together when they are needed: a request may have many rows.
      get cells() {
        return row.cells.map((number, place) => number + (point[place] as number));
      },
    };
  });
}
