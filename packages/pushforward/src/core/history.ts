/** One validation in a training history. */
export interface HistoryEntry {
  step: number;
  /** Mean training loss since the entry before. */
  train: number;
  /** NaN when it was not finite. */
  validation: number;
}

/** A history as it was: JSON has no NaN and holds `null` in its place. */
export function historyFromJson(
  entries: readonly { [K in keyof HistoryEntry]: number | null }[],
): HistoryEntry[] {
  return entries.map(({ step, train, validation }) => ({
    step: step ?? Number.NaN,
    train: train ?? Number.NaN,
    validation: validation ?? Number.NaN,
  }));
}
