import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A training under way, to go on with after a stop.
 * @typedef {{ steps: number, seconds: number, checkpoint: Uint8Array | undefined }} Unfinished
 */

/**
 * What is kept of a training that was stopped, beside the finished ones: a checkpoint, and in a second
 * file what belongs to it.
 * @param {string} folder @param {string} id @param {unknown} settings
 */
export function unfinishedRun(folder, id, settings) {
  const file = join(folder, `${id}.checkpoint`);
  const about = `${file}.about`;
  const wanted = JSON.stringify(settings);
  return {
    /** What there is to go on from, if it has these settings. @returns {Unfinished | undefined} */
    read() {
      try {
        const bytes = readFileSync(file);
        const { settings: found, ...rest } = JSON.parse(readFileSync(about, "utf8"));
        return JSON.stringify(found) === wanted ? { ...rest, checkpoint: bytes } : undefined;
      } catch {
        return undefined;
      }
    },

    /** @param {Unfinished} run */
    keep({ steps, seconds, checkpoint }) {
      if (!checkpoint) return;
      writeFileSync(`${file}.part`, checkpoint);
      writeFileSync(about, JSON.stringify({ settings, steps, seconds }));
      renameSync(`${file}.part`, file);
    },

    remove() {
      rmSync(file, { force: true });
      rmSync(about, { force: true });
    },
  };
}
