import type { Field } from "pushforward/tables";
import type { TimeScale } from "../plot/index.ts";

/** Milliseconds of what dates and times are counted in. */
const UNITS = { date: 86_400_000, timestamp: 1000 } as const;

/** How numbers of a column are times, where it has dates or times; `offset` was taken off them. */
export function timeScale({ kind }: Field, offset: number): TimeScale | undefined {
  return kind === "date" || kind === "timestamp" ? { offset, unit: UNITS[kind] } : undefined;
}
