import { load } from "./load.mjs";
import { startService } from "./service.mjs";

/** @typedef {import("./cases.mjs").Case} Case */
/** @typedef {{ case: string, connections: number, maxConcurrent: number, seconds: number }} Settings */
/** @typedef {{ second: number, mebibytes: number }} Memory */
/** @typedef {{ route: string, answers: number, p50: number, p99: number, slowest: number }} Route milliseconds */
/**
 * @typedef {{
 *   requests: number, perSecond: number, busy: number, errors: Record<string, number>, routes: Route[],
 *   requestsPerCall: number, rowsPerSecond: number, memory: Memory[], exitCode: number | null, engine: string,
 * }} Result
 */

/** @param {Case} of @param {number} seconds @returns {Settings} */
export function settingsOf({ id, connections, maxConcurrent }, seconds) {
  return { case: id, connections, maxConcurrent, seconds };
}

/**
 * Serves a model, loads the service with requests, and looks at its memory each second.
 * @param {string} model @param {Case} of @param {number} seconds @returns {Promise<Result>}
 */
export async function measure(model, { kinds, connections, maxConcurrent }, seconds) {
  const service = await startService(model, ["--max-concurrent", String(maxConcurrent)]);
  /** @type {Map<string, number[]>} */
  const times = new Map(["all", ...kinds.map(({ route }) => route)].map((route) => [route, []]));
  /** @type {Record<string, number>} */
  const errors = {};
  /** @type {Memory[]} */
  const memory = [];
  let busy = 0;
  const start = performance.now();
  const watch = setInterval(async () => {
    const { process_resident_memory_bytes: bytes = 0 } = await service.metrics();
    const second = Math.round((performance.now() - start) / 1000);
    memory.push({ second, mebibytes: Math.round(bytes / 2 ** 20) });
  }, 1000);
  await load(service.address, kinds, connections, seconds, (outcome) => {
    const { route, status, milliseconds, message } = outcome;
    if (status === 200) for (const name of ["all", route]) times.get(name)?.push(milliseconds);
    else if (status === 429) busy++;
    else errors[message ?? status] = (errors[message ?? status] ?? 0) + 1;
  });
  clearInterval(watch);
  const took = (performance.now() - start) / 1000;
  const metrics = await service.metrics();
  const exitCode = await service.stop();
  const answered = times.get("all")?.length ?? 0;
  return {
    requests: answered + busy + Object.values(errors).reduce((sum, count) => sum + count, 0),
    perSecond: answered / took,
    busy,
    errors,
    routes: Array.from(times, ([route, values]) => quantiles(route, values)),
    requestsPerCall: ratio(metrics, "pushforward_batch_requests"),
    rowsPerSecond: (metrics.pushforward_rows_total ?? 0) / took,
    memory,
    exitCode,
    engine: service.engine,
  };
}

/** @param {string} route @param {number[]} values @returns {Route} */
function quantiles(route, values) {
  const sorted = Float64Array.from(values).sort();
  /** @param {number} share */
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { route, answers: sorted.length, p50: at(0.5), p99: at(0.99), slowest: at(1) };
}

/** Mean of a histogram. @param {Record<string, number>} metrics @param {string} name */
function ratio(metrics, name) {
  return (metrics[`${name}_sum`] ?? 0) / (metrics[`${name}_count`] ?? Number.NaN);
}
