import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/**
 * The built command, serving a model on a free port.
 * @param {string} model @param {readonly string[]} args
 */
export async function startService(model, args) {
  const child = spawn(process.execPath, [main, "serve", model, "--port", "0", "--json", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  /** @type {{ address: string, engine: string }} */
  const { address, engine } = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the service ended with ${code}`)));
    createInterface(child.stdout).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.event === "start") resolve(said);
      else if (said.level === "error") console.error(line);
    });
  });
  return {
    address,
    engine,
    /** Sums and gauges by name; of those with labels, their sum. */
    async metrics() {
      const text = await (await fetch(`${address}/metrics`)).text();
      /** @type {Record<string, number>} */
      const values = {};
      for (const [, name = "", value] of text.matchAll(/^(\w+)(?:\{[^}]*\})? (\S+)$/gm)) {
        values[name] = (values[name] ?? 0) + Number(value);
      }
      return values;
    },
    /** @returns {Promise<number | null>} its exit code */
    async stop() {
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      return code;
    },
  };
}
