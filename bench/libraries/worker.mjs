// One measurement of one JavaScript library: `node worker.mjs ADAPTER '{"task": ...}'`.
// The request is JSON in the arguments, the result is JSON on standard output, as in worker.py.
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Request
 * @property {"train" | "logProb" | "sample"} task
 * @property {import("../cases.mjs").Model} model
 * @property {number} rows
 * @property {number} warmUp
 * @property {number} steps
 * @property {number} repetitions
 * @property {number} threads
 * @property {number} seed
 * @property {string} executor
 * @property {number} startedAt wall clock when the process was started
 *
 * @typedef {object} Prepared
 * @property {() => Promise<unknown>} run one training step, or one pass over the rows
 * @property {() => Promise<unknown>} warmUp the first run, or a part of it that builds all
 * @property {() => number} value last loss, or mean of the last results
 * @property {number} parameters
 * @property {Record<string, string>} versions
 * @property {string} threads
 * @property {string | null} note
 */

const [, , adapter, json = ""] = process.argv;
/** @type {Request} */
const request = JSON.parse(json);
/** @type {{ prepare(request: Request): Promise<Prepared | { unavailable: string }> }} */
const { prepare } = await import(`./${adapter}.mjs`);
const prepared = await prepare(request);
console.log(JSON.stringify("unavailable" in prepared ? prepared : await measure(prepared)));
process.exit();

/** @param {Prepared} prepared */
async function measure({ run, warmUp, value, ...facts }) {
  await warmUp();
  const firstResultMilliseconds = Date.now() - request.startedAt;
  for (let i = 0; i < request.warmUp; i++) await run();
  const milliseconds = [];
  for (let i = 0; i < request.repetitions; i++) milliseconds.push(await timed(run));
  if (!Number.isFinite(value())) throw new Error(`the result of the ${request.task} task is NaN`);
  const memoryMiB = peakMemory();
  return { milliseconds, memoryMiB, firstResultMilliseconds, value: value(), ...facts };
}

/** Mean time of a run. @param {() => Promise<unknown>} run */
async function timed(run) {
  const start = performance.now();
  for (let i = 0; i < request.steps; i++) await run();
  return (performance.now() - start) / request.steps;
}

/**
 * The largest resident set of this process in MiB; on Linux from /proc, for what getrusage says can
 * come from the process that started this one.
 */
function peakMemory() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
