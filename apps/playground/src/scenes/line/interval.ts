import { INTERVAL_STEP, shownLine, snap } from "./tabulated.ts";

/** The interval whose mass is followed, its lower end first. */
export type Interval = readonly [number, number];

/** Ends of the interval keep at least this distance. */
export const SHORTEST = 2 * INTERVAL_STEP;

/** The interval after one end is moved: it keeps to the line that is shown, and pushes the other where they meet. */
export function movedInterval([a, b]: Interval, end: "a" | "b", to: number): Interval {
  const [low, high] = shownLine;
  if (end === "a") {
    const next = Math.min(snap(to), high - SHORTEST);
    return [next, Math.max(b, next + SHORTEST)];
  }
  const next = Math.max(snap(to), low + SHORTEST);
  return [Math.min(a, next - SHORTEST), next];
}
