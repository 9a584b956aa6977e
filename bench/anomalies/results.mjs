import { meanAndError } from "../training/mean-and-error.mjs";

/** @typedef {import("./plan.mjs").Detector} Detector */
/** @typedef {import("./set-store.mjs").SetRuns} SetRuns */
/** @typedef {"auroc" | "averagePrecision"} Measure */

/**
 * What a detector did on a set, over its seeds; there is none where a run failed or is missing.
 * @typedef {object} Cell
 * @property {number} auroc mean
 * @property {number} averagePrecision mean
 * @property {number} seeds
 * @property {number} variance of the AUROC between seeds; NaN for one seed
 * @property {number} fitSeconds mean
 * @property {number} scoreSeconds mean
 */

/** @param {SetRuns} set @param {Detector} detector @returns {Cell | undefined} */
export function cellOf({ runs }, { id }) {
  const of = runs.filter(({ settings }) => settings.detector === id);
  const results = of.flatMap((run) => ("result" in run ? [run.result] : []));
  if (of.length === 0 || results.length < of.length) return undefined;
  /** @param {"auroc" | "averagePrecision" | "fitSeconds" | "scoreSeconds"} name */
  const mean = (name) => meanAndError(results.map((result) => result[name])).mean;
  const { standardError } = meanAndError(results.map(({ auroc }) => auroc));
  return {
    ...{ auroc: mean("auroc"), averagePrecision: mean("averagePrecision") },
    ...{ seeds: results.length, variance: standardError ** 2 * results.length },
    ...{ fitSeconds: mean("fitSeconds"), scoreSeconds: mean("scoreSeconds") },
  };
}

/** Sets on which every detector has a result: those that means and ranks are taken over. @param {readonly SetRuns[]} sets @param {readonly Detector[]} detectors */
export function completeSets(sets, detectors) {
  return sets.filter((set) => detectors.every((detector) => cellOf(set, detector)));
}

/**
 * Of each detector, mean over the sets, and mean of its rank among the detectors: 1 for the best, equal ones share
 * the mean of their ranks.
 * @param {readonly SetRuns[]} sets complete ones @param {readonly Detector[]} detectors @param {Measure} measure
 */
export function meansAndRanks(sets, detectors, measure) {
  const values = sets.map((set) =>
    detectors.map((detector) => /** @type {Cell} */ (cellOf(set, detector))[measure]),
  );
  return detectors.map((_, column) => ({
    mean: meanAndError(values.map((row) => row[column])).mean,
    rank: meanAndError(values.map((row) => rankOf(row, column))).mean,
  }));
}

/** @param {readonly number[]} row @param {number} column */
function rankOf(row, column) {
  const better = row.filter((value) => value > row[column]).length;
  const equal = row.filter((value) => value === row[column]).length;
  return better + (1 + equal) / 2;
}
