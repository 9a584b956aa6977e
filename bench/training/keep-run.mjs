/** @typedef {ReturnType<typeof import("./progress.mjs").showRuns>} Shown */

/**
 * Does one of a list of runs, and keeps what came out of it: its result, or why there is none. After a
 * stop nothing is kept but what the run itself has left to go on with.
 * @template Settings, Result
 * @param {{ id: string, settings: Settings, said: string, unfinished?: { remove(): void } }} run `said` begins its line
 * @param {{ store: ReturnType<typeof import("./store.mjs").openStore<Settings, Result>>, shown: Shown,
 *   signal: AbortSignal }} hooks
 * @param {() => Promise<{ result: Result, text: string }>} measure the result, and what to say of it
 */
export async function keepRun(
  { id, settings, said, unfinished },
  { store, shown, signal },
  measure,
) {
  const started = performance.now();
  /** @param {string} text */
  const finish = (text) => shown.finish((performance.now() - started) / 1000, `${said} ${text}`);
  try {
    const { result, text } = await measure();
    store.write(id, { settings, result });
    unfinished?.remove();
    finish(text);
  } catch (error) {
    shown.clear();
    if (signal.aborted) {
      console.log(`Stopped. What is finished is kept; the same command goes on with ${id}.`);
      throw error;
    }
    const failure = error instanceof Error ? error.message : String(error);
    store.write(id, { settings, failure });
    finish(`failed: ${failure}`);
  }
}
