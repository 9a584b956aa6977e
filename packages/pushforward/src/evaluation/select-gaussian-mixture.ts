import { DomainError } from "../core/errors.ts";
import { columnMoments } from "./gaussian.ts";
import {
  average,
  climb,
  type GaussianMixtureFit,
  gaussianMixtureLogDensity,
  inDataUnits,
  type Run,
  search,
  standardisedSample,
} from "./gaussian-mixture.ts";

/** A mixture chosen by its log-likelihood on validation rows. */
export interface GaussianMixtureSelection {
  readonly fit: GaussianMixtureFit;
  /** Mean log-density of the validation rows, in nats. */
  readonly validationLogLikelihood: number;
  /** All that were tried, in order, before the last polish. */
  readonly tried: readonly { components: number; validationLogLikelihood: number }[];
}

/** Numbers of components in a row that may fail to improve before the search stops. */
const PATIENCE = 2;

/** Enough to tell numbers of components apart; the one that is kept goes on to the default. */
const SEARCH_TOLERANCE = 1e-4;

/**
 * Chooses the number of components: fits 1, 2, 3, ... and keeps the most likely on validation rows.
 *
 * Stops after two numbers in a row that are no better than the best before them. Large tables are
 * searched and polished on rows drawn by seed, as in `gaussianMixtureEm`.
 *
 * @param train - [trainCount, features] row-major.
 * @param validation - [validationCount, features] row-major.
 * @throws DataError as `gaussianMixtureEm`; DomainError when there are no validation rows.
 */
export function selectGaussianMixture(
  train: Float64Array,
  trainCount: number,
  validation: Float64Array,
  validationCount: number,
  features: number,
  options: { seed: number; maxComponents?: number | undefined },
): GaussianMixtureSelection {
  const { seed, maxComponents = 10 } = options;
  if (validationCount < 1) {
    throw new DomainError("selectGaussianMixture: got no validation rows; set some rows apart");
  }
  if (!(maxComponents >= 1)) {
    throw new DomainError(
      `selectGaussianMixture: maxComponents is ${maxComponents}; give 1 or more`,
    );
  }
  const moments = columnMoments(train, trainCount, features);
  const sample = standardisedSample(train, trainCount, moments, seed);
  const score = (run: Run) => {
    const fit = inDataUnits(run, moments, features);
    const logDensity = gaussianMixtureLogDensity(fit, validation, validationCount);
    return { run, fit, validationLogLikelihood: average(logDensity) };
  };
  const tried: { components: number; validationLogLikelihood: number }[] = [];
  const attempt = (components: number) => {
    const scored = score(search(sample, { components, seed, tolerance: SEARCH_TOLERANCE }));
    tried.push({ components, validationLogLikelihood: scored.validationLogLikelihood });
    return scored;
  };
  let best = attempt(1);
  for (
    let components = 2, worse = 0;
    components <= maxComponents && worse < PATIENCE;
    components++
  ) {
    const next = attempt(components);
    const better = next.validationLogLikelihood > best.validationLogLikelihood;
    if (better) best = next;
    worse = better ? 0 : worse + 1;
  }
  const { fit, validationLogLikelihood } = score(climb(best.run, sample, {}));
  return { fit, validationLogLikelihood, tried };
}
