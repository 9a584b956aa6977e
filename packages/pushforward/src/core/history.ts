/** One validation in a training history. */
export interface HistoryEntry {
  step: number;
  /** Mean training loss since the entry before. */
  train: number;
  /** NaN when it was not finite. */
  validation: number;
  /** As {@link Model.evaluations} of the validation rows, where layers are iterated. */
  evaluations?: number;
}

/** A history as it was: JSON has no NaN and holds `null` in its place. */
export function historyFromJson(
  entries: readonly { [K in keyof HistoryEntry]: HistoryEntry[K] | null }[],
): HistoryEntry[] {
  return entries.map(({ step, train, validation, evaluations }) => ({
    step: step ?? Number.NaN,
    train: train ?? Number.NaN,
    validation: validation ?? Number.NaN,
    ...(evaluations && { evaluations }),
  }));
}
