/** What `fit` reports while it works. Losses are mean negative log-likelihoods, nats per row. */
export type FitProgress = StepProgress | ValidationProgress | FitNotice;

/** After each step. */
export interface StepProgress {
  type: "step";
  step: number;
  steps: number;
  loss: number;
  learningRate: number;
  /** Norm of the gradient before clipping. */
  gradNorm: number;
  stepsPerSecond: number;
}

/** After each validation. */
export interface ValidationProgress {
  type: "validation";
  step: number;
  steps: number;
  loss: number;
  best: number;
  bestStep: number;
}

/** Something the user should know: columns dequantised, a rollback, a resumed run. */
export interface FitNotice {
  type: "notice";
  message: string;
}

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
