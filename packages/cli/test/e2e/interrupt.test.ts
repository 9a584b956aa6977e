import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outcome, ridge, run, start, temporaryFolder } from "./command.ts";

const small = ["--layers", "2", "--hidden", "8", "--out", "m.safetensors"];

/** Resolves when the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 20));
}

/** Starts a fit, stops it as Ctrl-C would once training goes on, and waits for its end. */
async function interrupted(folder: string, ...args: string[]) {
  const child = start(folder, "fit", "t.csv", ...small, ...args);
  let said = "";
  child.stderr?.on("data", (part) => {
    said += part;
  });
  const ended = outcome(child);
  await until(() => said.includes("Training on") || child.exitCode !== null);
  child.kill("SIGINT");
  return ended;
}

test("Ctrl-C ends a fit with code 130, one line and no file", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(2000));
  const { code, stdout, stderr } = await interrupted(folder, "--steps", "1000000");
  expect(code).toBe(130);
  expect(stdout).toBe("");
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
    /^pushforward: stopped at step \d+; no model was written$/,
  );
  expect(readdirSync(folder)).toEqual(["t.csv"]);
});

test("a stopped fit goes on from its checkpoint to the same model", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(2000));
  const steps = ["--steps", "300"];
  const checkpoint = ["--checkpoint", "c.safetensors"];
  expect((await run(folder, "fit", "t.csv", ...small, ...steps)).code).toBe(0);
  const whole = readFileSync(join(folder, "m.safetensors"));

  const stopped = await interrupted(folder, ...steps, ...checkpoint);
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain("the same command continues from c.safetensors");
  expect(existsSync(join(folder, "c.safetensors"))).toBe(true);
  const goneOn = await run(folder, "fit", "t.csv", ...small, ...steps, ...checkpoint);
  expect(goneOn.code).toBe(0);
  expect(goneOn.stderr).toContain("Continuing from c.safetensors.");
  expect(readFileSync(join(folder, "m.safetensors")).equals(whole)).toBe(true);
  expect(existsSync(join(folder, "c.safetensors"))).toBe(false);
});

test("a checkpoint of another run is refused", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(2000));
  const checkpoint = ["--checkpoint", "c.safetensors"];
  await interrupted(folder, "--steps", "100000", ...checkpoint);
  const other = ["fit", "t.csv", ...small, "--seed", "1", "--steps", "100000", ...checkpoint];
  const { code, stderr } = await run(folder, ...other);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /checkpoint c\.safetensors: it belongs to another run: .* Repeat them as they were, or start without/,
  );
  expect((await run(folder, "inspect", "c.safetensors")).stderr).toMatch(
    /c\.safetensors: the checkpoint of an unfinished fit, not a model; resume that fit to get one/,
  );
  expect(existsSync(join(folder, "m.safetensors"))).toBe(false);
});
