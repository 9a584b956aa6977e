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
