import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ridge, run } from "./command.ts";

let folder = "";
const quick = ["--steps", "100", "--layers", "2", "--hidden", "16"];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-e2e-"));
  writeFileSync(join(folder, "ridge.csv"), ridge(600));
  await run(folder, "fit", "ridge.csv", "--out", "m.safetensors", "--json", ...quick);
});
afterAll(() => rmSync(folder, { recursive: true }));
const read = (name: string) => readFileSync(join(folder, name), "utf8");

test.each(["density", "layers", "training"])("plot --what %s", async (what) => {
  const args = ["plot", "m.safetensors", "--what", what];
  expect(await run(folder, ...args, "ridge.csv")).toMatchObject({ code: 0 });
  const png = readFileSync(join(folder, `${what}.png`));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const { code, stdout } = await run(folder, ...args, "--out", "p.svg", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ command: "plot", what, out: "p.svg" });
  const svg = read("p.svg");
  expect(svg).toContain("<svg");
  if (what !== "training") expect(svg).toContain(">x<");
});

test("a training curve is the same with a table, which is not read", async () => {
  const args = ["plot", "m.safetensors", "--what", "training", "--out", "t.svg"];
  await run(folder, ...args);
  const alone = read("t.svg");
  const { stderr } = await run(folder, ...args.toSpliced(2, 0, "ridge.csv"));
  expect(stderr).toContain("The training curve needs no table: ridge.csv is not read.");
  expect(read("t.svg")).toBe(alone);
  expect(alone).not.toContain("gaussian");
});

test("plot of one column and of three", async () => {
  const lines = read("ridge.csv").trimEnd().split("\n");
  const wide = lines.map((line, row) => `${line},${row === 0 ? "z" : Math.sin(row)}`);
  writeFileSync(join(folder, "wide.csv"), `${wide.join("\n")}\n`);
  for (const columns of ["y", "x,y,z"]) {
    const model = "w.safetensors";
    await run(folder, "fit", "wide.csv", "--columns", columns, "--out", model, ...quick);
    const { code } = await run(folder, "plot", model, "wide.csv", "--out", "w.svg");
    expect(code).toBe(0);
    expect(read("w.svg")).toContain(columns === "y" ? ">y<" : ">z<");
  }
});
