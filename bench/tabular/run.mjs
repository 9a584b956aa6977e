/**
 * Fit flows to tables that papers report on: `node bench/tabular/run.mjs --help`.
 *
 * A run per table and flow, each kept as it finishes, the unfinished one as a checkpoint.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosen, count, runCommand, seconds, seed } from "../training/arguments.mjs";
import { keepRun } from "../training/keep-run.mjs";
import { showRuns } from "../training/progress.mjs";
import { openStore } from "../training/store.mjs";
import { unfinishedRun } from "../training/unfinished.mjs";
import { dataSets } from "./data-sets.mjs";
import { flows, gaussian } from "./flows.mjs";
import { gaussianSettings, measure, measureGaussian, planOf } from "./measure.mjs";
import { page } from "./page.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const usual = fileURLToPath(new URL("../results/tabular", import.meta.url));
const rows = [gaussian, ...flows];

const help = `node bench/tabular/run.mjs [options]

  --data a,b       only these of ${dataSets.map(({ id }) => id).join(", ")}
  --flows a,b      only these of ${rows.map(({ id }) => id).join(", ")}
  --budget TIME    of each training: 60s, 5min, 2h; default 60s
  --patches N      BSDS300: patches to train on; default 200000 (published: 1000000)
  --test-rows N    rows to score at most; default all
  --seed N         of flows and batches; default 0
  --out FOLDER     where to write; default bench/results/tabular
  --force          run again what is there already
  --report         write the table again from what is there

Steps are the papers' as far as the budget goes: its pace is measured first, and the learning rate
reaches zero with it. A run that was stopped goes on where it was.`;

await runCommand("bench:tabular", async (signal) => {
  const { values: options } = parseArgs({
    options: {
      data: { type: "string" },
      flows: { type: "string" },
      budget: { type: "string", default: "60s" },
      patches: { type: "string", default: "200000" },
      "test-rows": { type: "string" },
      seed: { type: "string", default: "0" },
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
  const testRows = options["test-rows"];
  const given = {
    budgetSeconds: seconds("budget", options.budget),
    patches: count("patches", options.patches),
    testRows: testRows === undefined ? Infinity : count("test-rows", testRows),
    seed: seed("seed", options.seed),
  };
  const pairs = chosen("data", options.data, dataSets).flatMap((set) =>
    chosen("flows", options.flows, rows).map((row) => ({ set, row, kind: `${set.id} ${row.id}` })),
  );
  if (!options.report) {
    if (!existsSync(shared)) {
      console.log(`The tables are not here: there is no folder ${shared}. Nothing was run.`);
      return;
    }
    await runAll(pairs, given, options.out, options.force, signal);
  }
  const entries = /** @type {Store} */ (openStore(options.out)).all();
  const file = join(options.out, "table.md");
  writeFileSync(file, page(entries, dataSets, rows));
  console.log(`Written: ${file}`);
});

/** @typedef {ReturnType<typeof openStore<Settings, Result>>} Store */
/** @typedef {{ set: import("./data-sets.mjs").DataSet, row: typeof rows[number], kind: string }} Pair */
/** @typedef {import("./measure.mjs").Given & { patches: number }} Given */

/**
 * @param {Pair[]} pairs @param {Given} given @param {string} folder @param {boolean} force
 * @param {AbortSignal} signal
 */
async function runAll(pairs, given, folder, force, signal) {
  /** @type {Store} */
  const store = openStore(folder);
  const shown = showRuns(pairs);
  /** @type {{ set: string, split: import("./data-sets.mjs").Split } | undefined} */
  let loaded;
  for (const { set, row } of pairs) {
    signal.throwIfAborted();
    if (loaded?.set !== set.id) loaded = { set: set.id, split: set.load(shared, given) };
    const { split } = loaded;
    const run = prepare(set, row, split, given, folder);
    const said = `${row.title}, ${set.title}:`;
    if (!force && store.holds(run.id, run.settings)) {
      shown.skip(`${said} there already`);
      continue;
    }
    await keepRun({ ...run, said }, { store, shown, signal }, async () => {
      const result = await run.measure({ signal, onProgress: shown.training() });
      const { logLikelihood, standardError } = result;
      return {
        result,
        text: `${logLikelihood.toFixed(2)} ± ${(2 * standardError).toFixed(2)} nats`,
      };
    });
  }
}

/**
 * @param {Pair["set"]} set @param {Pair["row"]} row @param {import("./data-sets.mjs").Split} split
 * @param {Given} given @param {string} folder
 */
function prepare(set, row, split, given, folder) {
  const id = `${set.id}-${row.id}`;
  if (!("recipe" in row)) {
    const settings = gaussianSettings(set, split, given);
    const unfinished = unfinishedRun(folder, id, settings);
    return { id, settings, unfinished, measure: () => measureGaussian(split, settings) };
  }
  const plan = planOf(row, set, split, given);
  const unfinished = unfinishedRun(folder, id, plan.settings);
  /** @param {Omit<Parameters<typeof measure>[3], "keep">} hooks */
  const run = (hooks) =>
    measure(plan, split, unfinished.read(), { ...hooks, keep: unfinished.keep });
  return { id, settings: plan.settings, unfinished, measure: run };
}
