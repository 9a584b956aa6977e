import type { HistoryEntry } from "pushforward";

/** The validation with the least loss; undefined where there was none. */
export function bestEntry(history: readonly HistoryEntry[]): HistoryEntry | undefined {
  const [first, ...others] = history;
  if (!first) return undefined;
  return others.reduce(
    (least, entry) =>
      entry.validation < least.validation || Number.isNaN(least.validation) ? entry : least,
    first,
  );
}
