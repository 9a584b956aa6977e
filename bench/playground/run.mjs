/**
 * Times trainings in the built page: steps per second on each engine, and whether the page stays fluent meanwhile:
 * `node bench/playground/run.mjs --help`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { chromiumFlags, findChromium } from "../../scripts/chromium.mjs";
import { describeMachine } from "../machine.mjs";
import { chosen, runCommand, seconds } from "../training/arguments.mjs";
import { engines, flows } from "./cases.mjs";
import { measure } from "./measure.mjs";
import { table } from "./table.mjs";

const root = fileURLToPath(new URL("../../apps/playground", import.meta.url));
const usual = fileURLToPath(new URL("../results/playground", import.meta.url));

const flags = [...chromiumFlags, "--enable-unsafe-webgpu"];

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const help = `node bench/playground/run.mjs [options]

  --engines a,b     only these of ${engines.map(({ id }) => id).join(", ")}
  --flows a,b       only these of ${flows.map(({ id }) => id).join(", ")}
  --time TIME       of each case, after its first steps: 20s, 1min; default 20s
  --out FOLDER      where to write; default bench/results/playground
  --report          write the table again from what is there`;

await runCommand("bench:playground", async (signal) => {
  const { values: options } = parseArgs({
    options: {
      engines: { type: "string" },
      flows: { type: "string" },
      time: { type: "string", default: "20s" },
      out: { type: "string", default: usual },
      report: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(help);
    return;
  }
  const file = join(options.out, "results.json");
  if (!options.report) {
    const cases = chosen("engines", options.engines, engines).flatMap((engine) =>
      chosen("flows", options.flows, flows).map((flow) => ({ engine, flow })),
    );
    const results = await runAll(cases, seconds("time", options.time), signal);
    mkdirSync(options.out, { recursive: true });
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  }
  const page = join(options.out, "table.md");
  writeFileSync(page, table(JSON.parse(readFileSync(file, "utf8"))));
  console.log(`Written: ${page}`);
});

/**
 * @param {readonly { engine: import("./cases.mjs").EngineCase, flow: import("./cases.mjs").FlowCase }[]} cases
 * @param {number} time @param {AbortSignal} signal
 */
async function runAll(cases, time, signal) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("There is no Chromium, and none can be installed here.");
  const browser = await chromium.launch({ executablePath, args: flags });
  const measured = [];
  try {
    for (const { engine, flow } of cases) {
      signal.throwIfAborted();
      const headers = engine.isolated ? isolation : {};
      const host = await preview({
        root,
        configFile: false,
        logLevel: "error",
        preview: { port: 0, headers },
      });
      try {
        const url = host.resolvedUrls?.local[0] ?? "";
        const result = await measure(browser, url, engine, flow, time);
        console.log(`${engine.title}, ${flow.title}: ${JSON.stringify(result)}`);
        measured.push({ engine: engine.id, flow: flow.id, ...result });
      } finally {
        await host.close();
      }
    }
    return { machine: describeMachine(), browser: browser.version(), seconds: time, measured };
  } finally {
    await browser.close();
  }
}
