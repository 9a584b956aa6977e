import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ridge, run, temporaryFolder } from "./command.ts";

test("flow matching: fitted, scored, sampled and drawn over time, its evaluations counted", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "ridge.csv"), ridge(200));
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(folder, ...args, "--json");
    expect(stderr).not.toContain("unexpected error");
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const model = "m.safetensors";
  const sizes = ["--flow", "flow-matching", "--hidden", "8", "--steps", "20"];
  const fitted = await json("fit", "ridge.csv", ...sizes, "--out", model);
  expect(fitted).toMatchObject({ flow: "flow-matching", steps: 20 });
  const scored = await json("score", model, "ridge.csv", "--out", "scores.csv");
  expect(Number.isFinite(scored.meanLogDensity)).toBe(true);
  const drawn = await json("sample", model, "-n", "20");
  expect(drawn.samples).toHaveLength(20);
  // Two at the start, six for a step.
  for (const { evaluations } of [fitted, scored, drawn]) {
    expect(evaluations).toBeGreaterThanOrEqual(8);
    expect((evaluations - 2) % 6).toBe(0);
  }
  const told = await run(folder, "inspect", model);
  expect(told.stdout).toContain(`at most ${fitted.evaluations} for a row`);
  expect(told.stdout).toContain("dynamics: concat, hidden layers of 8, silu\n");
  const checked = await run(folder, "check", model);
  expect(checked.stdout).toContain("solved in 8 equal steps here");
  const exported = await run(folder, "export", model);
  expect(exported.stdout).toMatch(/^solved +in 8 equal steps: log-densities of 64 draws differ/m);
  await json("plot", model, "--what", "trajectories", "--out", "paths.svg");
  const svg = readFileSync(join(folder, "paths.svg"), "utf8");
  expect(svg).toContain(">x<");
  expect(svg).toContain("in 24 equal steps");
  expect(svg.match(/<path stroke="rgb/g)?.length).toBeGreaterThanOrEqual(300);
});
