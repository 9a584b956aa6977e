export {
  type ClassifierTestOptions,
  type ClassifierTwoSampleTest,
  classifierTwoSampleTest,
} from "./classifier-two-sample-test.ts";
export {
  type CorrelationDifference,
  type CorrelationGap,
  correlationDifference,
} from "./correlation-difference.ts";
export {
  type MarginalDistance,
  type MarginalDistances,
  marginalDistances,
} from "./marginal-distances.ts";
export {
  type MaximumMeanDiscrepancy,
  type MaximumMeanDiscrepancyOptions,
  maximumMeanDiscrepancy,
} from "./maximum-mean-discrepancy.ts";
export {
  type NearestNeighbours,
  type NeighbourRows,
  nearestNeighbours,
} from "./nearest-neighbours.ts";
export type { DataAndSamples, NumberRows } from "./number-rows.ts";
export {
  type ProbabilityIntegralTransform,
  probabilityIntegralTransform,
} from "./probability-integral-transform.ts";
export {
  type QualityRows,
  type SampleQuality,
  type SampleQualityOptions,
  sampleQuality,
} from "./sample-quality.ts";
export { LEAST_P_VALUE, type Verdict } from "./verdicts.ts";
