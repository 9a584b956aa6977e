/**
 * Look for the anomalies of ADBench's tables: `node bench/anomalies/run.mjs --help`.
 *
 * A run per set, detector and seed, each kept as it finishes, the unfinished one as a checkpoint.
 */
import { statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosen, count, runCommand } from "../training/arguments.mjs";
import { keepRun } from "../training/keep-run.mjs";
import { showRuns } from "../training/progress.mjs";
import { unfinishedRun } from "../training/unfinished.mjs";
import { listSets, loadSet } from "./data-sets.mjs";
import { measure } from "./measure.mjs";
import { page } from "./page.mjs";
import { lacksPeers } from "./peers.mjs";
import { flowDetectors, others, prepare, seedsFor, settingsOf } from "./plan.mjs";
import { idOf, openSetStore, setsIn } from "./set-store.mjs";

/** @typedef {import("./plan.mjs").Detector} Detector */

const shared = fileURLToPath(new URL("../../../shared/data/adbench", import.meta.url));
const usual = fileURLToPath(new URL("../results/anomalies", import.meta.url));
const docs = fileURLToPath(new URL("../../docs/anomalies.md", import.meta.url));

const help = `node bench/anomalies/run.mjs [options]

  --data FOLDER    of ADBench's .npz files; default ../shared/data/adbench
  --sets a,b       only these, as 14_glass; default all of the folder
  --flows a,b      of ${flowDetectors.map(({ id }) => id).join(", ")}; default nsf,maf
  --steps N        training steps at most; default 2000, as of pushforward fit
  --python PATH    an interpreter with bench/anomalies/requirements.txt; default python3
  --out FOLDER     where to write; default bench/results/anomalies, and the page into docs
  --force          run again what is there already
  --report         write the page again from what is there

A run that was stopped goes on where it was: what is there with the same settings is kept. Without the
Python libraries, isolation forest and ECOD are left out.`;

await runCommand("bench:anomalies", async (signal) => {
  const { values: options } = parseArgs({
    options: {
      data: { type: "string", default: shared },
      sets: { type: "string" },
      flows: { type: "string", default: "nsf,maf" },
      steps: { type: "string", default: "2000" },
      python: { type: "string", default: "python3" },
      out: { type: "string", default: usual },
      force: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  if (!options.report) {
    if (!statSync(options.data, { throwIfNoEntry: false })?.isDirectory()) {
      console.log(`The tables are not here: there is no folder ${options.data}. Nothing was run.`);
      return;
    }
    const given = { ...options, steps: count("steps", options.steps) };
    const flows = chosen("flows", options.flows, flowDetectors);
    const sets = chosen("sets", options.sets, listSets(options.data));
    await runAll(sets, [...flows, ...(await othersFor(options.python))], given, signal);
  }
  const file = resolve(options.out) === resolve(usual) ? docs : join(options.out, "anomalies.md");
  const sets = setsIn(options.out);
  if (sets.length === 0) {
    console.log(`Nothing to report in ${options.out}.`);
    return;
  }
  writeFileSync(file, page(sets, [...flowDetectors, ...others]));
  console.log(`Written: ${file}`);
});

/** Baselines, and the peers where there are any. @param {string} python @returns {Promise<readonly Detector[]>} */
async function othersFor(python) {
  const reason = await lacksPeers(python);
  if (reason === null) return others;
  console.log(
    `Without isolation forest and ECOD: ${reason}. Install bench/anomalies/requirements.txt, and name the interpreter with --python.`,
  );
  return others.filter(({ kind }) => kind !== "peer");
}

/**
 * @param {readonly { id: string }[]} sets @param {readonly Detector[]} detectors
 * @param {{ data: string, out: string, steps: number, python: string, force: boolean }} given
 * @param {AbortSignal} signal
 */
async function runAll(sets, detectors, given, signal) {
  for (const [place, { id }] of sets.entries()) {
    signal.throwIfAborted();
    console.log(`${id} (${place + 1} of ${sets.length})`);
    await runSet(id, detectors, given, signal);
  }
}

/** @param {string} id @param {Parameters<typeof runAll>[1]} detectors @param {Parameters<typeof runAll>[2]} given @param {AbortSignal} signal */
async function runSet(id, detectors, given, signal) {
  const { data, out, steps, force } = given;
  const set = await loadSet(data, id);
  const store = openSetStore(out, id);
  const seeds = [...new Set(detectors.flatMap((detector) => seedsFor(set, detector)))];
  const runs = seeds.flatMap((seed) => {
    const prepared = prepare(set, seed);
    return detectors
      .filter((detector) => seedsFor(set, detector).includes(seed))
      .map((detector) => ({
        ...{ prepared, detector, kind: detector.id },
        settings: settingsOf(set, prepared, detector, steps),
      }))
      .filter(({ settings }) => force || !store.holds(idOf(settings), settings));
  });
  if (runs.length === 0) console.log("there already");
  const shown = showRuns(runs);
  for (const { prepared, detector, settings } of runs) {
    signal.throwIfAborted();
    const unfinished = unfinishedRun(out, `${id}-${idOf(settings)}`, settings);
    const said = `${detector.title}, seed ${settings.seed}:`;
    const run = { id: idOf(settings), settings, said, unfinished };
    await keepRun(run, { store, shown, signal }, async () => {
      const hooks = { signal, onProgress: shown.training(), unfinished };
      const result = await measure(set, prepared, detector, given, hooks);
      const { auroc, averagePrecision, fitSeconds } = result;
      return {
        result,
        text: `AUROC ${auroc.toFixed(3)}, AP ${averagePrecision.toFixed(3)}, fitted in ${fitSeconds.toFixed(1)} s`,
      };
    });
  }
}
