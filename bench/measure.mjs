import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { environment } from "./machine.mjs";

const folder = fileURLToPath(new URL("libraries/", import.meta.url));

/** A measurement that takes longer than this is given up. */
const LIMIT_MINUTES = 15;

/**
 * What a worker reports.
 * @typedef {object} Measured
 * @property {number[]} milliseconds mean time of a run, per repetition
 * @property {number} memoryMiB largest resident set of the process
 * @property {number} firstResultMilliseconds from starting the process to the first result
 * @property {number} parameters
 * @property {number} value last loss, or mean of the results
 * @property {Record<string, string>} versions
 * @property {string} threads how the number of threads was set
 * @property {string | null} note
 *
 * @typedef {Measured | { unavailable: string }} Outcome
 *
 * @typedef {object} Setup
 * @property {number} threads
 * @property {string | null} processors for `taskset`
 * @property {{ python: string } | { missing: string }} python
 */

/**
 * One measurement in a process of its own.
 * @param {import("./cases.mjs").Case} entry
 * @param {import("./libraries.mjs").Library} library
 * @param {Setup} setup
 * @param {number} seed
 * @returns {Promise<Outcome>}
 */
export async function measure(entry, library, setup, seed) {
  if (library.language === "python" && "missing" in setup.python) {
    return { unavailable: setup.python.missing };
  }
  const { task, model, rows, warmUp, steps, repetitions } = entry;
  const request = {
    task,
    model,
    rows,
    warmUp,
    steps,
    repetitions,
    threads: setup.threads,
    executor: library.executor,
    seed,
    startedAt: Date.now(),
  };
  return run([...command(library, setup), JSON.stringify(request)], setup.threads);
}

/** @param {import("./libraries.mjs").Library} library @param {Setup} setup */
function command({ language, adapter }, { python, processors }) {
  const pinned = processors === null ? [] : ["taskset", "--cpu-list", processors];
  return language === "node"
    ? [...pinned, process.execPath, `${folder}worker.mjs`, adapter]
    : [...pinned, "python" in python ? python.python : "", `${folder}worker.py`, adapter];
}

/** @param {string[]} command @param {number} threads @returns {Promise<Outcome>} */
function run([file = "", ...args], threads) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env: environment(threads),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MINUTES * 60_000,
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      errors += text;
    });
    child.on("error", ({ message }) => resolve({ unavailable: message }));
    child.on("close", (code, signal) => resolve(outcome(output, errors, code, signal)));
  });
}

/**
 * @param {string} output @param {string} errors @param {number | null} code @param {string | null} signal
 * @returns {Outcome}
 */
function outcome(output, errors, code, signal) {
  if (signal === "SIGTERM") return { unavailable: `not finished after ${LIMIT_MINUTES} minutes` };
  if (code !== 0) return { unavailable: `failed: ${reason(errors) ?? signal ?? `code ${code}`}` };
  try {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "");
  } catch {
    return { unavailable: "failed: the worker's answer is not JSON" };
  }
}

/** The line of a stack trace that says what went wrong, without paths. @param {string} errors */
function reason(errors) {
  const lines = errors.trim().split("\n");
  const line = lines.find((text) => /^\w*(Error|Exception)\b/.test(text)) ?? lines.at(-1);
  return line?.replace(/(file:\/\/)?(\/[\w@.+-]+){2,}\/?/g, "…").slice(0, 200) || undefined;
}
