import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../../src/engine/index.ts", import.meta.url));

/**
 * Run a module in a Node process of its own, far from the packages installed here: it has what the
 * engine exports, and `report`, whose argument is returned.
 */
export async function runElsewhere<T>(source: string): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pushforward-elsewhere-"));
  try {
    const options = { bundle: true, format: "esm", platform: "node", logLevel: "error" } as const;
    await build({ ...options, entryPoints: [entry], outfile: join(folder, "engine.mjs") });
    const main = join(folder, "main.mjs");
    await writeFile(
      main,
      `import { ArraySpec, hostArray, startEngine } from "./engine.mjs";
       const report = (value) => process.stdout.write(JSON.stringify(value));
       ${source}`,
    );
    const { PUSHFORWARD_ENGINE: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, [main], { cwd: folder, env });
    return JSON.parse(stdout) as T;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
