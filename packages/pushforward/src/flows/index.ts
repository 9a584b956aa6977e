export type { AutoregressiveFlowOptions, Between } from "./autoregressive-flow.ts";
export { type BnafOptions, bnaf } from "./block-neural-autoregressive.ts";
export { type CatalogEntry, type CatalogOptions, type CatalogSizes, flows } from "./catalog.ts";
export { type CdfFlowOptions, cdfFlow } from "./cdf.ts";
export type { ConditionerOptions } from "./conditioner.ts";
export type { CouplingFlowOptions, Partition } from "./coupling-flow.ts";
export { type FfjordOptions, ffjord } from "./ffjord.ts";
export { type FlowMatchingOptions, flowMatching } from "./flow-matching.ts";
export type { FlowOptions } from "./flow-options.ts";
export { type FlowPlusPlusOptions, flowPlusPlus } from "./flow-plus-plus.ts";
export { type GaussianizationOptions, gaussianization } from "./gaussianization.ts";
export { glow } from "./glow.ts";
export {
  type ImageCatalogEntry,
  type ImageCatalogOptions,
  type ImageCatalogSizes,
  imageFlows,
} from "./image-catalog.ts";
export type { ImageFlowOptions, MultiScaleFlowOptions } from "./image-flow.ts";
export { type ImageFlowPlusPlusOptions, imageFlowPlusPlus } from "./image-flow-plus-plus.ts";
export { type ImageGlowOptions, imageGlow } from "./image-glow.ts";
export { type ImageNiceOptions, imageNice } from "./image-nice.ts";
export { type ImageRealNvpOptions, imageRealNVP } from "./image-real-nvp.ts";
export { type ImageResidualOptions, imageResidual } from "./image-residual.ts";
export { type LinearFlowOptions, linearFlow } from "./linear.ts";
export { type MadeOptions, made } from "./made.ts";
export { iaf, type MafOptions, maf } from "./maf.ts";
export { type NafOptions, naf, type UmnnOptions, umnn } from "./neural-autoregressive.ts";
export { nice } from "./nice.ts";
export {
  type NsfAutoregressiveOptions,
  type NsfOptions,
  nsf,
  nsfAutoregressive,
} from "./nsf.ts";
export { planarFlow } from "./planar.ts";
export {
  type BernsteinFlowOptions,
  bernsteinFlow,
  type SumOfSquaresFlowOptions,
  sumOfSquaresFlow,
} from "./polynomial.ts";
export { radialFlow } from "./radial.ts";
export { realNVP } from "./real-nvp.ts";
export { type ResidualFlowOptions, residualFlow } from "./residual.ts";
export { type SylvesterFlowOptions, sylvesterFlow } from "./sylvester.ts";
