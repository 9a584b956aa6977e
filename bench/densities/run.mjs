/**
 * Fit flows to densities that are known: `node bench/densities/run.mjs --help`.
 *
 * A run per flow and target, each kept as it finishes; then one table and one picture of all.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosen, count, runCommand, seed } from "../training/arguments.mjs";
import { keepRun } from "../training/keep-run.mjs";
import { showRuns } from "../training/progress.mjs";
import { openStore } from "../training/store.mjs";
import { flows } from "./flows.mjs";
import { measure, openSamples, settingsOf, training } from "./measure.mjs";
import { writeReport } from "./report.mjs";
import { divergenceText, gridOf } from "./results.mjs";
import { targets } from "./targets.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */

const usual = fileURLToPath(new URL("../results/densities", import.meta.url));

const help = `node bench/densities/run.mjs [options]

  --flows a,b      only these of ${flows.map(({ id }) => id).join(", ")}
  --targets a,b    only these of ${targets.map(({ id }) => id).join(", ")}
  --steps N        training steps; default ${training.steps}
  --seed N         of draws and flows; default ${training.seed}
  --out FOLDER     where to write; default bench/results/densities, and the page into docs
  --force          run again what is there already
  --report         draw table and picture again from what is there

A run that was stopped goes on where it was: what is there with the same settings is kept.`;

await runCommand("bench:densities", async (signal) => {
  const { values: options } = parseArgs({
    options: {
      flows: { type: "string" },
      targets: { type: "string" },
      steps: { type: "string" },
      seed: { type: "string" },
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
  const given = {
    ...(options.steps === undefined ? {} : { steps: count("steps", options.steps) }),
    ...(options.seed === undefined ? {} : { seed: seed("seed", options.seed) }),
  };
  const pairs = chosen("targets", options.targets, targets).flatMap((target) =>
    chosen("flows", options.flows, flows).map((flow) => ({ flow, target })),
  );
  /** @type {ReturnType<typeof openStore<Settings, Result>>} */
  const store = openStore(options.out);
  if (!options.report) await runAll(pairs, given, store, options.force, signal);
  const grid = gridOf(store.all(), flows, targets);
  if (grid.entries.length === 0) {
    console.log(`Nothing to report in ${options.out}.`);
    return;
  }
  const file = await writeReport(grid, options.out, resolve(options.out) === resolve(usual));
  console.log(`Written: ${file}`);
});

/**
 * @param {{ flow: import("./flows.mjs").FlowEntry, target: import("./targets.mjs").Target }[]} pairs
 * @param {Partial<import("./measure.mjs").Training>} given
 * @param {ReturnType<typeof openStore<Settings, Result>>} store @param {boolean} force
 * @param {AbortSignal} signal
 */
async function runAll(pairs, given, store, force, signal) {
  const runs = pairs
    .map(({ flow, target }) => ({
      ...{ flow, target, kind: flow.id },
      id: `${target.id}-${flow.id}`,
      settings: settingsOf(flow, target, given),
    }))
    .filter(({ id, settings }) => force || !store.holds(id, settings));
  const kept = pairs.length - runs.length;
  if (kept > 0)
    console.log(`${kept} of ${pairs.length} are there already; --force runs them again.`);
  const shown = showRuns(runs);
  /** @type {{ target: string, samples: ReturnType<typeof openSamples> } | undefined} */
  let drawn;
  for (const { flow, target, id, settings } of runs) {
    if (drawn?.target !== target.id) {
      drawn = { target: target.id, samples: openSamples(target, settings.seed) };
    }
    const said = `${flow.title}, ${target.title}:`;
    await keepRun({ id, settings, said }, { store, shown, signal }, async () => {
      const hooks = { signal, onProgress: shown.training() };
      const result = await measure(flow, target, settings, drawn.samples, hooks);
      const text = `${divergenceText(result)} nats from the truth, ${result.seconds.toFixed(1)} s`;
      return { result, text };
    });
  }
}
