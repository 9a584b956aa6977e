/**
 * Measure pushforward against its peers: `node bench/run.mjs --help`.
 *
 * Rounds go through the cases, and each case through the libraries, so that what happens on the
 * machine meanwhile hits all of them alike. Writes results.json, table.md and pictures.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases, quickCases } from "./cases.mjs";
import { libraries, librariesFor } from "./libraries.mjs";
import { describeMachine, processorList } from "./machine.mjs";
import { measure } from "./measure.mjs";
import { short, whole } from "./number-text.mjs";
import { findPython } from "./python.mjs";
import { writeReport } from "./report.mjs";
import { collect } from "./results.mjs";

const help = `node bench/run.mjs [options]

  --quick            four cases, one round, under three minutes; writes to bench/results/quick
  --cases a,b        only cases whose names start so: train, train/rq-nsf, million, growth/rows
  --libraries a,b    only these of ${libraries.map(({ id }) => id).join(", ")}
  --rounds N         rounds through all of it; default 3, with --quick 1
  --threads N        threads of every library; default 1
  --python PATH      an interpreter with the peers, in place of bench/.venv
  --out FOLDER       where to write; default bench/results
  --report           draw table and pictures again from FOLDER/results.json
  --list             name the cases`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    cases: { type: "string" },
    libraries: { type: "string" },
    rounds: { type: "string" },
    threads: { type: "string", default: "1" },
    python: { type: "string" },
    out: { type: "string" },
    report: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const out =
  options.out ??
  fileURLToPath(new URL(options.quick ? "results/quick" : "results", import.meta.url));

if (options.help) console.log(help);
else if (options.list) for (const { id } of chosenCases()) console.log(id);
else if (options.report) {
  await writeReport(JSON.parse(readFileSync(join(out, "results.json"), "utf8")), out);
} else await run();

async function run() {
  const entries = chosenCases();
  const participants = chosenLibraries();
  const rounds = count("rounds", options.rounds ?? (options.quick ? "1" : "3"));
  const threads = count("threads", options.threads);
  const processors = processorList(threads);
  const needsPython = participants.some(({ language }) => language === "python");
  const python = needsPython ? findPython(options.python) : { missing: "not looked for" };
  const facts = {
    date: new Date().toISOString().slice(0, 10),
    rounds,
    threads,
    affinity: processors !== null,
    machine: describeMachine(),
  };
  mkdirSync(out, { recursive: true });

  /** @type {import("./results.mjs").Observation[]} */
  const observations = [];
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      for (const library of rotated(librariesFor(entry, participants), round)) {
        const setup = { threads, processors, python };
        const outcome = await measure(entry, library, setup, round + 1);
        observations.push({ case: entry.id, library: library.id, outcome });
        console.log(`${round + 1}/${rounds}  ${entry.id}  ${library.id}  ${inWords(outcome)}`);
      }
    }
    // After each round, so that an interrupted run leaves the rounds that it finished.
    await writeReport(collect(facts, entries, participants, observations), out);
  }
  console.log(`Written: ${out}`);
}

/** Each round starts with another library. @template T @param {T[]} list @param {number} by */
function rotated(list, by) {
  const from = by % Math.max(1, list.length);
  return [...list.slice(from), ...list.slice(0, from)];
}

/** @param {import("./measure.mjs").Outcome} outcome */
function inWords(outcome) {
  if ("unavailable" in outcome) return outcome.unavailable;
  const best = Math.min(...outcome.milliseconds);
  return `${short(best)} ms, ${whole(outcome.memoryMiB)} MiB`;
}

function chosenCases() {
  const all = options.quick ? quickCases : cases;
  const wanted = options.cases?.split(",");
  const chosen = all.filter(({ id }) => wanted?.some((start) => id.startsWith(start)) ?? true);
  const unknown = wanted?.filter((start) => !all.some(({ id }) => id.startsWith(start))) ?? [];
  if (unknown.length) fail(`no case starts with ${unknown.join(", ")}; --list names them`);
  return chosen;
}

function chosenLibraries() {
  const wanted = options.libraries?.split(",");
  const unknown = wanted?.filter((id) => !libraries.some((library) => library.id === id)) ?? [];
  if (unknown.length) fail(`there is no library ${unknown.join(", ")}; --help names them`);
  return libraries.filter(({ id }) => wanted?.includes(id) ?? true);
}

/** @param {string} name @param {string} text */
function count(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) fail(`--${name} must be a whole number above 0`);
  return number;
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`bench: ${message}.`);
  process.exit(2);
}
