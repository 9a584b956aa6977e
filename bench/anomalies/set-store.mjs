import { openStore } from "../training/store.mjs";

/** @typedef {import("./plan.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {import("../training/store.mjs").Entry<Settings, Result>} Entry */
/** @typedef {{ set: string, runs: Entry[] }} SetRuns */

/**
 * The runs of one set in one JSON file, written anew after each; a run is known by detector and seed.
 * @param {string} folder @param {string} set
 */
export function openSetStore(folder, set) {
  const files = openStore(folder);

  const runs = () => setsIn(folder).find((known) => known.set === set)?.runs ?? [];

  return {
    all: runs,

    /** @param {string} id @param {Settings} settings */
    holds(id, settings) {
      const entry = runs().find((run) => idOf(run.settings) === id);
      if (entry === undefined || "failure" in entry) return false;
      return JSON.stringify(entry.settings) === JSON.stringify(settings);
    },

    /** @param {string} id @param {Entry} entry */
    write(id, entry) {
      const kept = runs().filter((run) => idOf(run.settings) !== id);
      const all = [...kept, entry].sort((a, b) =>
        idOf(a.settings).localeCompare(idOf(b.settings), "en"),
      );
      files.write(set, { settings: { set }, result: all });
    },
  };
}

/** What a run is known by within its set. @param {Settings} settings */
export const idOf = ({ detector, seed }) => `${detector}-${seed}`;

/** All sets of a folder, in the order of their numbers. @param {string} folder @returns {SetRuns[]} */
export function setsIn(folder) {
  /** @type {ReturnType<typeof openStore<{ set: string }, Entry[]>>} */
  const files = openStore(folder);
  return files
    .all()
    .flatMap((entry) => ("result" in entry ? { set: entry.settings.set, runs: entry.result } : []))
    .sort((a, b) => Number.parseInt(a.set, 10) - Number.parseInt(b.set, 10));
}
