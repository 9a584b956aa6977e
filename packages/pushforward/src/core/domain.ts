import { layersOf } from "./bijector.ts";
import { type Column, columnLabel } from "./column.ts";
import type { Box, Distribution } from "./distribution.ts";
import { DataError } from "./errors.ts";
import type { HostRows } from "./rows.ts";
import { sizeOf } from "./shape.ts";

/** Where the data of a flow with circles in it must lie: the circles, and the line for other numbers. */
export function domainOf({ flow, shape }: Pick<Distribution, "flow" | "shape">): Box | undefined {
  const layers = flow ? layersOf(flow.bijector) : [];
  const circles = layers.flatMap(({ bijector: { interval } }) =>
    interval?.isDomain ? [interval] : [],
  );
  if (circles.length === 0) return undefined;
  return Array.from({ length: sizeOf(shape) }, (_, index): Box[number] => {
    const circle = circles.find(({ indices }) => indices.includes(index));
    return circle ? [circle.low, circle.high] : [-Infinity, Infinity];
  });
}

/** How far rounding may carry a number over an end of an interval: some float32 steps of the numbers there. */
const slackOf = (low: number, high: number) =>
  Math.max(1e-6 * (high - low), 2 ** -22 * Math.max(Math.abs(low), Math.abs(high)));

/**
 * Rows within a box, if there is one: what rounding carried over an end is put back.
 *
 * @param expected what the message says of the interval, and the way out after it.
 * @param columns their names, where known.
 * @param chosen the numbers that the rows have for the caller, where they are not all of them.
 * @throws DataError for rows outside.
 */
export function intoBox(
  who: string,
  box: Box | undefined,
  rows: HostRows,
  [expected, wayOut]: readonly [string, string],
  columns: readonly Column[] = [],
  chosen?: ArrayLike<number>,
): HostRows {
  if (!box) return rows;
  const data = rows.data.map((value, i) => {
    const [low, high] = box[i % box.length] as Box[number];
    const inside = Math.min(Math.max(value, low), high);
    if (value === inside || Math.abs(value - inside) <= slackOf(low, high)) return inside;
    const place = Math.floor(i / box.length);
    throw new DataError(
      `${who}: ${expected}, here from ${low} to ${high}; row ${chosen?.[place] ?? place}, column ` +
        `${columnLabel(columns, i % box.length)} is ${value}. ${wayOut}`,
    );
  });
  return { ...rows, data };
}

/** What {@link intoBox} says of rows outside of {@link domainOf}. */
export const onCircle = [
  "circular data must lie on their circle",
  "Wrap them onto it, x - period * Math.round(x / period) around 0, or give the layer another bound.",
] as const;
