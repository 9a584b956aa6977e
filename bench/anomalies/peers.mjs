import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { environment } from "../machine.mjs";

const script = fileURLToPath(new URL("peers.py", import.meta.url));

/**
 * @typedef {object} Request
 * @property {string} path of the set's file
 * @property {string} detector
 * @property {number} seed
 * @property {ArrayLike<number> | undefined} train rows to train on; default all
 *
 * @typedef {object} Answer
 * @property {number[]} scores of all rows, higher is stranger
 * @property {number} fitSeconds
 * @property {number} scoreSeconds
 * @property {Record<string, string>} versions
 */

/**
 * What a Python library makes of a set, in a process of its own.
 * @param {string} python @param {Request} request @param {AbortSignal} signal @returns {Promise<Answer>}
 */
export async function peerScores(python, request, signal) {
  const child = spawn(python, [script], { env: environment(1), signal });
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // A process that ends before it has read the request says so by its status.
  child.stdin.on("error", () => {});
  const train = request.train && Array.from(request.train);
  child.stdin.end(JSON.stringify({ ...request, train }));
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  if (status === 0) return JSON.parse(output);
  throw new Error(errors.trim().split("\n").at(-1) || `${python} ended with status ${status}`);
}

/** Whether an interpreter has the peers; the reason if not. @param {string} python @returns {Promise<string | null>} */
export async function lacksPeers(python) {
  const child = spawn(python, [script, "--check"], { stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((resolve) => {
    let errors = "";
    child.stderr.on("data", (part) => {
      errors += part;
    });
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (status) =>
      resolve(status === 0 ? null : (errors.trim().split("\n").at(-1) ?? "it does not run")),
    );
  });
}
