export { type BijectorLawOptions, type BijectorTolerances, bijectorLaws } from "./bijector-laws.ts";
export {
  type DistributionLawOptions,
  type DistributionTolerances,
  distributionLaws,
} from "./distribution-laws.ts";
export type { Law, SkippedLaws } from "./law.ts";
export type { SubjectOptions, Support } from "./subject.ts";
