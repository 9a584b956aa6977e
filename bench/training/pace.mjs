import { fit } from "../../packages/pushforward/dist/index.js";

/** @typedef {{ secondsPerStep: number, secondsPerValidation: number }} Pace */

/** A trial ends after so many steps, */
const MOST_STEPS = 24;

/** or as soon as it has had this share of the budget, but not before two validations. */
const SHARE = 0.1;
const VALIDATE_EVERY = 2;
const LEAST_STEPS = 2 * VALIDATE_EVERY;

/**
 * How fast a training goes, from its first steps. The very first, which compiles, does not count.
 * @param {import("../../packages/pushforward/dist/index.js").Distribution} flow
 * @param {import("../../packages/pushforward/dist/index.js").Rows} rows
 * @param {import("../../packages/pushforward/dist/index.js").FitOptions & { signal: AbortSignal }} options
 * @param {number} budget in seconds
 * @returns {Promise<Pace>}
 */
export async function paceOf(flow, rows, options, budget) {
  /** @type {Record<"step" | "validation" | "notice", number[]>} */
  const seconds = { step: [], validation: [], notice: [] };
  const enough = new AbortController();
  const started = performance.now();
  let before = started;
  try {
    await fit(flow, rows, {
      ...options,
      signal: AbortSignal.any([options.signal, enough.signal]),
      steps: MOST_STEPS + 1,
      validateEvery: VALIDATE_EVERY,
      onProgress: ({ type }) => {
        const now = performance.now();
        seconds[type].push((now - before) / 1000);
        before = now;
        const steps = seconds.step.length;
        const late = now - started > 1000 * SHARE * budget;
        const validated = seconds.validation.length * VALIDATE_EVERY >= LEAST_STEPS;
        if (validated && (late || steps >= MOST_STEPS)) enough.abort();
      },
    });
  } catch (error) {
    if (options.signal.aborted || !enough.signal.aborted) throw error;
  }
  return {
    secondsPerStep: median(seconds.step.slice(1)),
    secondsPerValidation: median(seconds.validation.slice(1)),
  };
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
