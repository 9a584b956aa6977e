export { type BetaOptions, beta } from "./beta.ts";
export {
  type ClassConditionalNormalOptions,
  type ClassConditionalNormalParams,
  classConditionalNormal,
} from "./class-conditional-normal.ts";
export { type ContextualizedOptions, contextualized } from "./contextualized.ts";
export { laplace } from "./laplace.ts";
export { logistic } from "./logistic.ts";
export { type MixtureOptions, type MixtureParams, mixture } from "./mixture.ts";
export { type NormalOptions, type NormalParams, normal } from "./normal.ts";
export {
  type OrderEnsembleOptions,
  type OrderEnsembleParams,
  orderEnsemble,
} from "./order-ensemble.ts";
export { type StudentTOptions, type StudentTParams, studentT } from "./student-t.ts";
export { type TransformedOptions, transformed } from "./transformed.ts";
export { type UniformOptions, uniform } from "./uniform.ts";
