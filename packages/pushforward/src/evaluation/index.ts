export { type CheckItem, type CheckReport, type CheckSubject, checkDistribution } from "./check.ts";
export { type GaussianFit, gaussianLogDensity, gaussianMle } from "./gaussian.ts";
export {
  type GaussianMixtureFit,
  type GaussianMixtureOptions,
  gaussianMixtureEm,
  gaussianMixtureLogDensity,
} from "./gaussian-mixture.ts";
export * from "./sample-quality/index.ts";
export { type GaussianMixtureSelection, selectGaussianMixture } from "./select-gaussian-mixture.ts";
