export { type CheckItem, type CheckReport, checkDistribution } from "./check.ts";
export { type GaussianFit, gaussianLogDensity, gaussianMle } from "./gaussian.ts";
export {
  type GaussianMixtureFit,
  type GaussianMixtureOptions,
  type GaussianMixtureSelection,
  gaussianMixtureEm,
  gaussianMixtureLogDensity,
  selectGaussianMixture,
} from "./gaussian-mixture.ts";
