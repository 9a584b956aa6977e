export { type BaselineOptions, fitGaussian, fitGaussianMixture } from "./baselines.ts";
export type {
  Bijector,
  Column,
  Distribution,
  Flow,
  HistoryEntry,
  Rows,
  Shape,
} from "./core/index.ts";
export {
  ConditionError,
  DataError,
  DomainError,
  EngineError,
  type ErrorCode,
  InverseUnavailableError,
  ModelFileError,
  NotFiniteError,
  PushforwardError,
  ShapeError,
  SolverError,
} from "./core/index.ts";
export { type Engine, type EngineChoice, ready, useOnnxRuntime } from "./engine/index.ts";
export { bitsPerDimension } from "./evaluation/bits-per-dimension.ts";
export type { CheckItem, CheckReport } from "./evaluation/check.ts";
export { type FitRun, fit } from "./fit.ts";
export * from "./flows/index.ts";
export type { Factories } from "./io/index.ts";
export type { OnnxFunction, OnnxSignature, OnnxTensor } from "./model/export-onnx.ts";
export { type LoadOptions, load } from "./model/load.ts";
export {
  type ContextOption,
  type Evaluation,
  type MassOptions,
  Model,
  type ModelParts,
  type OneRow,
  type OnnxFile,
  type SampleOptions,
  type Samples,
  type SeedOption,
  type TraceOptions,
  type TraceStage,
} from "./model/model.ts";
export type { OnnxSolving } from "./model/onnx-solving.ts";
export type { Activation } from "./networks/index.ts";
export type {
  FitNotice,
  FitOptions,
  FitProgress,
  Schedule,
  StepProgress,
  ValidationProgress,
} from "./training/index.ts";
