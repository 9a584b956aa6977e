import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";

/** The built command; `npm run build` makes it. */
export const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the command in a folder. */
export function start(folder: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd: folder });
}

/** Runs the command in a folder to its end. */
export function run(folder: string, ...args: string[]): Promise<Outcome> {
  return outcome(start(folder, ...args));
}

export function outcome(child: ChildProcess): Promise<Outcome> {
  const result: Outcome = { code: null, stdout: "", stderr: "" };
  child.stdout?.on("data", (part) => {
    result.stdout += part;
  });
  child.stderr?.on("data", (part) => {
    result.stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...result, code }));
  });
}

let inTurn: ChildProcess | undefined;
let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * As {@link run}, in a process that is kept for the next one. For many commands of which little is to be
 * seen; that a process of its own ends as it should is what `run` shows.
 */
export function runInTurn(folder: string, ...args: string[]): Promise<Outcome> {
  const turn = lastTurn.then(() => takeTurn(folder, args));
  lastTurn = turn.catch(() => {});
  return turn;
}

afterAll(async () => {
  if (!inTurn) return;
  const ended = once(inTurn, "close");
  inTurn.kill();
  await ended;
});

function takeTurn(folder: string, args: readonly string[]): Promise<Outcome> {
  inTurn ??= fork(new URL("in-turn.mjs", import.meta.url), { silent: true, execArgv: [] });
  const child = inTurn;
  const result: Outcome = { code: null, stdout: "", stderr: "" };
  return new Promise((resolve, reject) => {
    const parts = (["stdout", "stderr"] as const).map((name) => {
      const hear = (part: unknown) => {
        result[name] += part;
        settle();
      };
      child[name]?.on("data", hear);
      return { name, hear };
    });
    const onCode = (code: unknown) => {
      result.code = code as number;
      settle();
    };
    const onClose = (code: number | null) => {
      inTurn = undefined;
      reject(new Error(`${args.join(" ")} ended the process with ${code}: ${result.stderr}`));
    };
    const settle = () => {
      if (result.code === null || !parts.every(({ name }) => result[name].endsWith("\0"))) return;
      for (const { name, hear } of parts) {
        child[name]?.off("data", hear);
        result[name] = result[name].slice(0, -1);
      }
      child.off("message", onCode).off("close", onClose);
      resolve(result);
    };
    child.on("message", onCode).on("close", onClose);
    child.send({ main, folder, args, environment: { ...process.env } });
  });
}

/** Runs a command that must refuse its input: exit code 2, one line, nothing written. */
export async function refusal(folder: string, ...args: string[]): Promise<string> {
  const before = readdirSync(folder);
  const { code, stdout, stderr } = await runInTurn(folder, ...args);
  expect(stderr).toMatch(/^pushforward: [^\n]+\n$/);
  expect(stderr).not.toContain("unexpected error");
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual(before);
  return stderr;
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Numbers in [0, 1) that are the same in every run. */
export function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Rows on a bent ridge, with a column of names and a row number, as CSV. */
export function ridge(rows: number): string {
  const uniform = uniforms(7);
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const lines = Array.from({ length: rows }, (_, row) => {
    const x = 2 * normal();
    const y = x ** 2 / 4 + normal();
    return `${row + 1},place ${row},${x},${y}`;
  });
  return `id,place,x,y\n${lines.join("\n")}\n`;
}

/** Options of a fit that takes a second. */
export const quick = ["--steps", "100", "--layers", "2", "--hidden", "16"];

/** A folder for the tests of a file, with `ridge.csv` and a model `m.safetensors` fitted to it. */
export function ridgeFolder() {
  const here = {
    folder: mkdtempSync(join(tmpdir(), "pushforward-e2e-")),
    /** What the fit said, as JSON. */
    fitted: {} as Outcome,
  };
  beforeAll(async () => {
    const { folder } = here;
    writeFileSync(join(folder, "ridge.csv"), ridge(600));
    here.fitted = await run(
      folder,
      "fit",
      "ridge.csv",
      "--out",
      "m.safetensors",
      "--json",
      ...quick,
    );
  });
  afterAll(() => rmSync(here.folder, { recursive: true }));
  return here;
}
