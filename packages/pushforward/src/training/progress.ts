/** What `fit` reports while it works. Losses are mean negative log-likelihoods, nats per row, unless it says else. */
export type FitProgress = StepProgress | ValidationProgress | FitNotice;

/** After each step. */
export interface StepProgress {
  type: "step";
  step: number;
  steps: number;
  loss: number;
  /** What the loss is; that of flow matching is a squared distance of velocities, in units of the base. */
  kind: LossKind;
  learningRate: number;
  /** Norm of the gradient before clipping. */
  gradNorm: number;
  /** Since the run began, or was resumed, without the time that reports were waited for. */
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
  /** As {@link Model.evaluations}, where layers are iterated. */
  evaluations?: number;
}

/** What training steps lower. */
export type LossKind = "likelihood" | "matching";

/** Something the user should know: columns dequantised, a rollback, a resumed run. */
export interface FitNotice {
  type: "notice";
  message: string;
}
