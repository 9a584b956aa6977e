import type { Column } from "../core/column.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";

/**
 * Points of the cells of a row on a grid, at which the density is averaged into the probability of the cells: a
 * centred Latin hypercube (McKay et al. 1979), each of the `count` equal parts of a cell once in every column.
 *
 * The same for all rows: what a row gets depends on its cells alone. One point is the middle.
 *
 * @returns for each point, what to add to the numbers of a row; null where no column lies on a grid.
 */
export function cellPoints(
  columns: readonly Pick<Column, "step">[],
  count: number,
): Float64Array[] | null {
  if (!columns.some(({ step }) => step !== undefined)) return null;
  const points = Array.from({ length: count }, () => new Float64Array(columns.length));
  const random = hostRandom(0, streams.cellPoints);
  columns.forEach(({ step }, column) => {
    if (step === undefined) return;
    const order = random.shuffle(count);
    points.forEach((point, i) => {
      point[column] = (((order[i] as number) + 0.5) / count - 0.5) * step;
    });
  });
  return points;
}
