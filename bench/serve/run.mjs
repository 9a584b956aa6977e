/**
 * Load the built `pushforward serve` with requests: `node bench/serve/run.mjs --help`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fit, nsf } from "../../packages/pushforward/dist/index.js";
import { describeMachine } from "../machine.mjs";
import { chosen, runCommand, seconds } from "../training/arguments.mjs";
import { openStore } from "../training/store.mjs";
import { cases, FEATURES } from "./cases.mjs";
import { measure, settingsOf } from "./measure.mjs";
import { page } from "./page.mjs";

const usual = fileURLToPath(new URL("../results/serve", import.meta.url));

const help = `node bench/serve/run.mjs [options]

  --cases a,b       only these of ${cases.map(({ id }) => id).join(", ")}
  --time TIME       of each case: 60s, 5min; default 60s
  --out FOLDER      where to write; default bench/results/serve
  --report          write the page again from what is there`;

await runCommand("bench:serve", async (signal) => {
  const { values: options } = parseArgs({
    options: {
      cases: { type: "string" },
      time: { type: "string", default: "60s" },
      out: { type: "string", default: usual },
      report: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  const time = seconds("time", options.time);
  const wanted = chosen("cases", options.cases, cases);
  /** @type {ReturnType<typeof openStore<import("./measure.mjs").Settings, import("./measure.mjs").Result & { machine: string }>>} */
  const store = openStore(options.out);
  if (!options.report) await runAll(wanted, time, store, signal);
  const file = join(options.out, "table.md");
  writeFileSync(file, page(/** @type {import("./page.mjs").Entry[]} */ (store.all()), cases));
  console.log(`Written: ${file}`);
});

/**
 * @param {readonly import("./cases.mjs").Case[]} wanted @param {number} time
 * @param {Pick<ReturnType<typeof openStore>, "write">} store @param {AbortSignal} signal
 */
async function runAll(wanted, time, store, signal) {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-serve-"));
  try {
    const model = join(folder, "model.safetensors");
    await saveModel(model);
    for (const one of wanted) {
      signal.throwIfAborted();
      console.log(`${one.title}: ${time} s`);
      const result = await measure(model, one, time);
      store.write(one.id, {
        settings: settingsOf(one, time),
        result: { ...result, machine: machineText() },
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A flow with the library's sizes; what it has learned does not matter here. @param {string} path */
async function saveModel(path) {
  const rows = Array.from({ length: 2000 }, (_, row) =>
    Array.from({ length: FEATURES }, (_, column) => Math.sin((column + 1) * 12.9898 * row)),
  );
  const model = await fit(nsf({ features: FEATURES }), rows, { steps: 50 });
  await model.save(path);
  model.dispose();
}

function machineText() {
  const { cpu, processors, memoryGiB, system, node } = describeMachine();
  return `${cpu}, ${processors} processors, ${memoryGiB} GiB, ${system}, Node ${node}`;
}
