import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A run that is over: what decides its outcome, and the outcome, or why there is none.
 * @template Settings, Result
 * @typedef {{ settings: Settings, result: Result } | { settings: Settings, failure: string }} Entry
 */

/**
 * A folder with a JSON file per finished run, so that a run that was stopped can go on.
 * @template Settings, Result
 * @param {string} folder
 */
export function openStore(folder) {
  mkdirSync(folder, { recursive: true });

  /** @param {string} file @returns {Entry<Settings, Result> | undefined} */
  function read(file) {
    try {
      return JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${file} cannot be read (${reason}); delete it to run it again.`);
    }
  }

  return {
    /** All entries, in the order of their files' names. */
    all: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .sort()
        .map((name) => /** @type {Entry<Settings, Result>} */ (read(join(folder, name)))),

    /** Whether this run was finished with the same settings. @param {string} id @param {Settings} settings */
    holds(id, settings) {
      const entry = read(join(folder, `${id}.json`));
      if (entry === undefined || "failure" in entry) return false;
      return JSON.stringify(entry.settings) === JSON.stringify(settings);
    },

    /** Writes whole or not at all. @param {string} id @param {Entry<Settings, Result>} entry */
    write(id, entry) {
      const file = join(folder, `${id}.json`);
      writeFileSync(`${file}.part`, `${JSON.stringify(entry, null, 1)}\n`);
      renameSync(`${file}.part`, file);
    },
  };
}
