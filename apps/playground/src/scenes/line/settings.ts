import { decimal, oneOf, wholeNumber } from "../../link/codec.ts";
import { settingsInLink, updateAddress } from "../../link/place.ts";
import type { BaseName } from "./bases.ts";
import { bases } from "./bases.ts";
import { type Interval, movedInterval } from "./interval.ts";
import { shownLine } from "./tabulated.ts";
import { type TargetName, targets } from "./targets.ts";

export interface LineSettings {
  target: TargetName;
  base: BaseName;
  /** Of the mixture whose distribution function the flow is made of. */
  components: number;
  /** Numbers to learn from. */
  draws: "200" | "1000" | "5000";
  seed: number;
  pace: "watch" | "fast";
  /** The interval whose mass is followed. */
  a: number;
  b: number;
}

export const settings = settingsInLink<LineSettings>("line", {
  target: oneOf(Object.keys(targets) as TargetName[], "bumps"),
  base: oneOf(Object.keys(bases) as BaseName[], "uniform"),
  components: wholeNumber(1, 24, 8),
  draws: oneOf(["200", "1000", "5000"], "1000"),
  seed: wholeNumber(0, 99, 0),
  pace: oneOf(["watch", "fast"], "watch"),
  a: decimal(shownLine[0], shownLine[1], -0.5),
  b: decimal(shownLine[0], shownLine[1], 1.2),
});

export function change(changed: Partial<LineSettings>): void {
  settings.value = { ...settings.value, ...changed };
  updateAddress();
}

/** The interval, its lower end first. */
export function intervalOf({ a, b }: Pick<LineSettings, "a" | "b">): Interval {
  return a <= b ? [a, b] : [b, a];
}

/** Move one end of the interval; the other gives way. */
export function moveEnd(end: "a" | "b", to: number): void {
  const [a, b] = movedInterval(intervalOf(settings.value), end, to);
  change({ a, b });
}
