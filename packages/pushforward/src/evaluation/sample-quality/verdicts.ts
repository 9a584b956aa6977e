import type { ClassifierTwoSampleTest } from "./classifier-two-sample-test.ts";
import type { CorrelationDifference } from "./correlation-difference.ts";
import type { MarginalDistances } from "./marginal-distances.ts";
import type { MaximumMeanDiscrepancy } from "./maximum-mean-discrepancy.ts";
import type { NearestNeighbours } from "./nearest-neighbours.ts";

/** Whether a check passed, and what it found in a sentence. */
export interface Verdict {
  readonly ok: boolean;
  readonly message: string;
}

/** What to call a column. */
export type Label = (column: number) => string;

/** p-values above this are chance. */
export const LEAST_P_VALUE = 0.001;

/** Differences below these are small, whatever the p-value. */
const SMALL = {
  accuracy: 0.55,
  distance: 0.05,
  correlation: 0.1,
  nearestShare: 0.075,
  copies: 0.001,
};

/** Ends the message on neighbours where all held-out rows are training rows. */
const BLIND =
  " As each new row equals a training row, copying cannot be seen: if the model learned from them, give others.";

/** Passes with an accuracy below 0.55, or p > 0.001. */
export function onClassifier({ accuracy, pValue, auc }: ClassifierTwoSampleTest): Verdict {
  return {
    ok: pValue > LEAST_P_VALUE || accuracy < SMALL.accuracy,
    message:
      `A classifier tells samples from data in ${percent(accuracy)} of cases, where 50 % is chance ` +
      `(${shownP(pValue)}; area under the ROC curve ${auc.toFixed(3)}).`,
  };
}

/** Passes with distances below 0.05, or p > 0.001 for all columns together. */
export function onMarginals(found: MarginalDistances, label: Label): Verdict {
  const { largest, worstColumn, pValue, columns } = found;
  const among = columns.length > 1 ? ` among ${columns.length} columns` : "";
  return {
    ok: pValue > LEAST_P_VALUE || largest < SMALL.distance,
    message:
      `The largest distance of distribution functions${among} is ${largest.toFixed(3)}, in column ` +
      `${label(worstColumn)} (${shownP(pValue)}).`,
  };
}

/** Passes with differences of Spearman's correlations below 0.1, or p > 0.001 for all pairs together. */
export function onCorrelations(found: CorrelationDifference, label: Label): Verdict {
  const { spearman, pearson, pValue } = found;
  if (!spearman.pair) {
    return { ok: true, message: "No two columns vary, so there are no correlations." };
  }
  const [i, j] = spearman.pair.map(label);
  return {
    ok: pValue > LEAST_P_VALUE || spearman.largest < SMALL.correlation,
    message:
      `Rank correlations differ by ${spearman.largest.toFixed(3)} at most, of columns ${i} and ${j} ` +
      `(${shownP(pValue)}), Pearson's by ${pearson.largest.toFixed(3)}.`,
  };
}

/** Passes with p > 0.001. */
export function onDiscrepancy({ squared, pValue, rows }: MaximumMeanDiscrepancy): Verdict {
  return {
    ok: pValue > LEAST_P_VALUE,
    message:
      `The squared maximum mean discrepancy of ${rows.data} rows and ${rows.samples} samples is ` +
      `${squared.toPrecision(2)} (${shownP(pValue)}).`,
  };
}

/**
 * Passes with p > 0.001, or where less than 55 % of samples are nearer than held-out rows, less than 7.5 % nearer
 * than 95 % of them, and at most one in 1000 more a copy. Held-out rows that all equal training rows let any model
 * pass; the message says so.
 */
export function onNeighbours(found: NearestNeighbours): Verdict {
  const { nearerShare, nearestShare, copyShares, pValue, distances } = found;
  const small =
    nearerShare < SMALL.accuracy &&
    nearestShare < SMALL.nearestShare &&
    copyShares.samples <= copyShares.heldOut + SMALL.copies;
  const isBlind = distances.heldOut.every((distance) => distance === 0);
  return {
    ok: pValue > LEAST_P_VALUE || small,
    message:
      `A sample is nearer to a training row than a new row is in ${percent(nearerShare)} of cases, where 50 % is ` +
      `right (${shownP(pValue)}); ${percent(copyShares.samples)} of samples are copies of training rows, ` +
      `${percent(copyShares.heldOut)} of new rows.${isBlind ? BLIND : ""}`,
  };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function shownP(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${Number(p.toPrecision(2))}`;
}
