import type { FieldText } from "pushforward/tables";
import { counted, quoted } from "../table/wording.ts";

/** More columns than these would push the rest of a report off the screen. */
const MOST_SHOWN = 20;

/** One fact for each column: its name, and what it was taken for. */
export function fieldFacts(fields: readonly FieldText[]): [string, string][] {
  const shown = fields
    .slice(0, MOST_SHOWN)
    .map(({ name, text, given }): [string, string] => [
      "",
      `${quoted(name)}: ${text}${given ? " (given)" : ""}`,
    ]);
  const left = fields.length - shown.length;
  if (left > 0) shown.push(["", `and ${counted(left, "more column")}`]);
  return shown.map(([, text], place) => [place === 0 ? "columns" : "", text]);
}
