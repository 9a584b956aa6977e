import { type Column, nearestValue } from "../core/column.ts";
import { eventNumbers, type Field } from "../core/table-schema.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { standInQuantile } from "./stand-in.ts";

/** One of the points that the density of a row is averaged over. */
export interface ScorePoint {
  /** What is added to each number of the event: a place within the cells of those on a grid. */
  readonly inCells: Float64Array;
  /** What each number is where its cell is missing and something stands in. */
  readonly standIns: Float64Array;
}

/**
 * Points of the cells of a row on a grid, and of what stands in for missing ones: a centred Latin hypercube (McKay et
 * al. 1979), each of the `count` equally likely parts of a cell or of stand-ins once for every number.
 *
 * The same for all rows: what a row gets depends on its cells alone. One point is the middle.
 */
export function scorePoints(
  fields: readonly Field[],
  columns: readonly Column[],
  count: number,
): ScorePoint[] {
  const random = hostRandom(0, streams.scorePoints);
  const points = Array.from({ length: count }, () => ({
    inCells: new Float64Array(columns.length),
    standIns: new Float64Array(columns.length),
  }));
  const spread = (to: keyof ScorePoint, place: number, value: (share: number) => number) => {
    const order = random.shuffle(count);
    points.forEach((point, k) => {
      point[to][place] = value(((order[k] as number) + 0.5) / count);
    });
  };
  columns.forEach(({ step }, place) => {
    if (step !== undefined) spread("inCells", place, (share) => (share - 0.5) * step);
  });
  let place = 0;
  for (const field of fields) {
    const { standIn } = field as { standIn?: readonly number[] };
    const column = columns[place] ?? {};
    if (standIn) {
      spread("standIns", place, (share) => nearestValue(column, standInQuantile(standIn, share)));
    }
    place += eventNumbers(field);
  }
  return points;
}
