import { withError } from "../training/error-text.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {import("../training/store.mjs").Entry<Settings, Result>} Entry */

/**
 * What was measured, in the order of the tables of flows and targets.
 * @typedef {object} Grid
 * @property {import("./flows.mjs").FlowEntry[]} flows those with an entry
 * @property {import("./targets.mjs").Target[]} targets those with an entry
 * @property {Entry[]} entries
 */

/**
 * @param {Entry[]} entries
 * @param {readonly import("./flows.mjs").FlowEntry[]} flows
 * @param {readonly import("./targets.mjs").Target[]} targets
 * @returns {Grid}
 */
export function gridOf(entries, flows, targets) {
  return {
    flows: flows.filter(({ id }) => entries.some(({ settings }) => settings.flow === id)),
    targets: targets.filter(({ id }) => entries.some(({ settings }) => settings.target === id)),
    entries,
  };
}

/** What was kept of a flow on a target, if there is something. @param {Grid} grid @param {string} flow @param {string} target */
export function entryOf({ entries }, flow, target) {
  return entries.find(({ settings }) => settings.flow === flow && settings.target === target);
}

/** The result of a flow on a target, if there is one. @param {Grid} grid @param {string} flow @param {string} target */
export function lookUp(grid, flow, target) {
  const found = entryOf(grid, flow, target);
  return found && "result" in found ? found.result : undefined;
}

/** @param {Result | undefined} result */
export function divergenceText(result) {
  return result ? withError(result.divergence, result.standardError) : "–";
}
