import { Agent, request } from "node:http";

/** @typedef {import("./cases.mjs").Kind} Kind */
/**
 * An answer, or what came in its place: its status, `0` where there was none.
 * @typedef {{ route: string, status: number, milliseconds: number, message?: string }} Outcome
 */

/**
 * Clients that each send a request, wait for its answer and send the next, on connections that stay open.
 * @param {string} address @param {readonly Kind[]} kinds @param {number} connections @param {number} seconds
 * @param {(outcome: Outcome) => void} onOutcome
 */
export async function load(address, kinds, connections, seconds, onOutcome) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  const choose = chooser(kinds);
  async function client() {
    while (performance.now() < end) {
      const outcome = await ask(agent, address, choose());
      onOutcome(outcome);
      // As the service asks for, though not for a whole second.
      if (outcome.status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
}

/** The same requests in every run. @param {readonly Kind[]} kinds */
function chooser(kinds) {
  const wheel = kinds.flatMap(({ route, weight, body }) =>
    Array(weight).fill({ route, bytes: Buffer.from(JSON.stringify(body)) }),
  );
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return wheel[Math.floor((state / 2 ** 32) * wheel.length)];
  };
}

/** @param {Agent} agent @param {string} address @param {{ route: string, bytes: Buffer }} what @returns {Promise<Outcome>} */
function ask(agent, address, { route, bytes }) {
  const start = performance.now();
  return new Promise((resolve) => {
    /** @param {number} status @param {string} [message] */
    const finish = (status, message) =>
      resolve({ route, status, milliseconds: performance.now() - start, message });
    const headers = { "content-type": "application/json", "content-length": bytes.length };
    const sent = request(`${address}${route}`, { agent, method: "POST", headers }, (response) => {
      response.on("error", ({ message }) => finish(0, message));
      response.on("end", () => finish(response.statusCode ?? 0));
      response.resume();
    });
    sent.on("error", ({ message }) => finish(0, message));
    sent.end(bytes);
  });
}
