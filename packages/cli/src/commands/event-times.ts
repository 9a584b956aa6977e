import type { Model } from "pushforward";
import type { TimeScale } from "../plot/index.ts";
import { timeScale } from "./time-scale.ts";

/** How the numbers of a model's events are dates or times, their offset taken off; of numbers alone. */
export function eventTimes({ table }: Model): (TimeScale | undefined)[] {
  const fields = table?.fields ?? [];
  return fields.map((field) =>
    field.type === "number" ? timeScale(field, field.offset ?? 0) : undefined,
  );
}
