/**
 * What is known after some rounds, as results.json has it.
 *
 * @typedef {{ case: string, library: string, outcome: import("./measure.mjs").Outcome }} Observation
 *
 * @typedef {object} Facts
 * @property {string} date
 * @property {number} rounds
 * @property {number} threads
 * @property {boolean} affinity whether processes were held to as many processors as threads
 * @property {ReturnType<typeof import("./machine.mjs").describeMachine>} machine
 *
 * @typedef {object} Measurement
 * @property {string} case
 * @property {string} library
 * @property {{ minimum: number, median: number, all: number[] }} milliseconds time of a run
 * @property {number} memoryMiB median over the rounds of the largest resident set
 * @property {number} firstResultMilliseconds least over the rounds
 * @property {number} parameters
 * @property {number} value
 * @property {string | null} note
 *
 * @typedef {{ case: string, library: string, reason: string }} Absence
 * @typedef {{ library: string, versions: Record<string, string>, threads: string }} Version
 *
 * @typedef {object} Results
 * @property {Facts} facts
 * @property {readonly import("./cases.mjs").Case[]} cases
 * @property {Version[]} libraries
 * @property {Measurement[]} measurements
 * @property {Absence[]} absences
 */

/**
 * @param {Facts} facts
 * @param {readonly import("./cases.mjs").Case[]} cases
 * @param {readonly import("./libraries.mjs").Library[]} participants
 * @param {readonly Observation[]} observations
 * @returns {Results}
 */
export function collect(facts, cases, participants, observations) {
  /** @type {Results} */
  const results = { facts, cases, libraries: [], measurements: [], absences: [] };
  for (const { id } of participants) {
    const first = observations.find(
      ({ library, outcome }) => library === id && isMeasured(outcome),
    );
    if (!first || "unavailable" in first.outcome) continue;
    const { versions, threads } = first.outcome;
    results.libraries.push({ library: id, versions, threads });
  }
  for (const { id } of cases) {
    for (const { id: library } of participants) {
      const outcomes = observations
        .filter((seen) => seen.case === id && seen.library === library)
        .map(({ outcome }) => outcome);
      const measured = outcomes.flatMap((outcome) => ("unavailable" in outcome ? [] : [outcome]));
      if (measured.length) results.measurements.push(summary(id, library, measured));
      const failed = outcomes.find((outcome) => "unavailable" in outcome);
      if (failed && "unavailable" in failed) {
        results.absences.push({ case: id, library, reason: failed.unavailable });
      }
    }
  }
  return results;
}

/** @param {import("./measure.mjs").Outcome} outcome */
function isMeasured(outcome) {
  return !("unavailable" in outcome);
}

/**
 * @param {string} id @param {string} library @param {import("./measure.mjs").Measured[]} measured
 * @returns {Measurement}
 */
function summary(id, library, measured) {
  const all = measured.flatMap(({ milliseconds }) => milliseconds);
  const { parameters, value, note } = /** @type {import("./measure.mjs").Measured} */ (measured[0]);
  return {
    case: id,
    library,
    milliseconds: { minimum: Math.min(...all), median: median(all), all },
    memoryMiB: median(measured.map(({ memoryMiB }) => memoryMiB)),
    firstResultMilliseconds: Math.min(
      ...measured.map(({ firstResultMilliseconds }) => firstResultMilliseconds),
    ),
    parameters,
    value,
    note,
  };
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}

/** The measurement of a case with a library, if there is one. @param {Results} results @param {string} id @param {string} library */
export function lookUp(results, id, library) {
  return results.measurements.find((each) => each.case === id && each.library === library);
}
