import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run, temporaryFolder } from "./command.ts";

/** Beside the repository, not a part of it. */
const data = resolve(dirname(fileURLToPath(import.meta.url)), "../../../../../shared/data");

/** Generous: a machine may be slow, or busy. */
const timeout = 400_000;

test.for([
  ["small/faithful.csv"],
  ["small/galaxies.csv"],
  ["earth/quakes_all.csv", "--max-rows", "4000", "--steps", "400"],
] as [string, ...string[]][])(
  "%j beats the Gaussian on held-out rows",
  { timeout },
  async ([name, ...more], { skip }) => {
    const path = join(data, name);
    skip(!existsSync(path), `${path} is absent`);
    const { code, stdout } = await run(temporaryFolder(), "fit", path, "--json", ...more);
    expect(code).toBe(0);
    const { logLikelihood } = JSON.parse(stdout);
    expect(logLikelihood.flow.test).toBeGreaterThan(logLikelihood.gaussian.test);
  },
);
