/**
 * Fit flows of images to MNIST and Fashion-MNIST: `node bench/images/run.mjs --help`.
 *
 * A run per data set and flow, each kept as it finishes, the unfinished one as a checkpoint.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bitsPerDimension } from "../../packages/pushforward/dist/index.js";
import { chosen, count, runCommand, seconds, seed, UsageError } from "../training/arguments.mjs";
import { keepRun } from "../training/keep-run.mjs";
import { showRuns } from "../training/progress.mjs";
import { openStore } from "../training/store.mjs";
import { unfinishedRun } from "../training/unfinished.mjs";
import { dataSets, loadSplit, loadTest } from "./data-sets.mjs";
import { flows } from "./flows.mjs";
import { planOf, runName } from "./measure.mjs";
import { page } from "./page.mjs";
import { trainAndScore } from "./train-and-score.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("./data-sets.mjs").Split} Split */
/** @typedef {import("./flows.mjs").FlowEntry} FlowEntry */
/** @typedef {import("../../packages/pushforward/dist/index.js").FitProgress} FitProgress */

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const usual = fileURLToPath(new URL("../results/images", import.meta.url));

const help = `node bench/images/run.mjs [options]

  --data a,b        only these of ${dataSets.map(({ id }) => id).join(", ")}
  --flows a,b       only these of ${flows.map(({ id }) => id).join(", ")}
  --budget TIME     of each training: 60s, 5min, 2h; default 10min
  --test-images N   images to test on, and at most as many to validate on; default 10000
  --seed N          of flows, batches and noise; default 0
  --out FOLDER      where to write; default bench/results/images
  --force           run again what is there already
  --report          write the page again from what is there

A flow takes as many steps as the budget is good for: its pace is measured first, and the learning
rate reaches zero with it. A run that was stopped goes on where it was.`;

await runCommand("bench:images", async (signal) => {
  const { values: options } = parseArgs({
    options: {
      data: { type: "string" },
      flows: { type: "string" },
      budget: { type: "string", default: "10min" },
      "test-images": { type: "string", default: "10000" },
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
  const given = {
    budgetSeconds: seconds("budget", options.budget),
    testImages: testImages(options["test-images"]),
    seed: seed("seed", options.seed),
  };
  const pairs = pairsOf(options.data, options.flows);
  if (!options.report) {
    if (!existsSync(shared)) {
      console.log(`The images are not here: there is no folder ${shared}. Nothing was run.`);
      return;
    }
    await runAll(pairs, given, options.out, options.force, signal);
  }
  const entries = /** @type {Store} */ (openStore(options.out)).all();
  const file = join(options.out, "table.md");
  writeFileSync(file, page(entries, dataSets, flows));
  console.log(`Written: ${file}`);
});

/** @typedef {ReturnType<typeof openStore<Settings, Result>>} Store */
/** @typedef {{ set: DataSet, flow: FlowEntry, kind: string }} Pair */
/** @typedef {{ budgetSeconds: number, testImages: number, seed: number }} Given */

/** Standard errors and pictures of pairs need two. @param {string} text */
function testImages(text) {
  const number = count("test-images", text);
  if (number > 1) return number;
  throw new UsageError(`--test-images must be at least 2, got "${text}"`);
}

/** @param {string | undefined} data @param {string | undefined} names of flows @returns {Pair[]} */
function pairsOf(data, names) {
  const sets = chosen("data", data, dataSets);
  const entries = chosen("flows", names, flows);
  const pairs = sets.flatMap((set) =>
    entries
      .filter((flow) => flow.data.includes(set.id))
      .map((flow) => ({ set, flow, kind: flow.id })),
  );
  if (pairs.length > 0) return pairs;
  throw new UsageError(`--flows: ${names} is not fitted to ${data}; leave out --data`);
}

/**
 * @param {Pair[]} pairs @param {Given} given @param {string} folder @param {boolean} force
 * @param {AbortSignal} signal
 */
async function runAll(pairs, given, folder, force, signal) {
  /** @type {Store} */
  const store = openStore(folder);
  const shown = showRuns(pairs, "bits/dim");
  /** @type {{ set: string, split: Split } | undefined} */
  let loaded;
  for (const { set, flow } of pairs) {
    signal.throwIfAborted();
    if (loaded?.set !== set.id) {
      loaded = { set: set.id, split: await loadSplit(shared, set, given) };
    }
    const { split } = loaded;
    const plan = planOf(flow, set, split, given);
    const { settings } = plan;
    const id = runName(settings);
    const unfinished = unfinishedRun(folder, id, settings);
    const said = `${flow.title}, ${set.title}:`;
    if (!force && store.holds(id, settings)) {
      shown.skip(`${said} there already`);
      continue;
    }
    /** @param {string} text */
    const note = (text) => {
      shown.clear();
      console.log(`${said} ${text}`);
    };
    const hooks = {
      ...{ signal, note, keep: unfinished.keep },
      onProgress: inBits(shown.training(), split),
      loadTest: (/** @type {DataSet} */ other) => loadTest(shared, other, given),
    };
    await keepRun({ id, settings, said, unfinished }, { store, shown, signal }, async () => {
      const result = await trainAndScore(set, plan, split, unfinished.read(), folder, hooks);
      const { mean, standardError } = result.bitsPerDimension;
      const text = `${mean.toFixed(3)} ± ${(2 * standardError).toFixed(3)} bits per dimension`;
      return { result, text };
    });
  }
}

/** Losses as bits per dimension. @param {(report: FitProgress) => void} show @param {Split} split */
function inBits(show, { train: { data, shape } }) {
  /** @param {FitProgress} report */
  return (report) => {
    if (report.type === "notice") return;
    show({ ...report, loss: bitsPerDimension(-report.loss, data.length / shape[0]) });
  };
}
