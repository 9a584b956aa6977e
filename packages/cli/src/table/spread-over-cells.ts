import type { Column } from "pushforward";
import { splitMix32 } from "./split-mix.ts";
import type { RowBlock } from "./split-rows.ts";

/** Rows with the values of columns on a grid spread evenly over their cells, as in training; the same for a seed. */
export function spreadOverCells(
  rows: RowBlock,
  columns: readonly Column[],
  seed: number,
): RowBlock {
  const uniform = splitMix32(seed);
  const width = columns.length;
  const data = rows.data.map((value, place) => {
    const step = columns[place % width]?.step;
    return step === undefined ? value : value + (uniform() - 0.5) * step;
  });
  return { ...rows, data };
}
