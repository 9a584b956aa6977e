import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quick, ridgeFolder, run, runInTurn } from "./command.ts";

const { folder } = ridgeFolder();
const read = (name: string) => readFileSync(join(folder, name), "utf8");

const pictures = [
  "density",
  "scores",
  "calibration",
  "quality",
  "layers",
  "trajectories",
  "training",
];

test.each(pictures)("plot --what %s", async (what) => {
  const args = ["plot", "m.safetensors", "ridge.csv", "--what", what, "--out", "p.svg", "--json"];
  const { code, stdout } = await runInTurn(folder, ...args);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ command: "plot", what, out: "p.svg" });
  const svg = read("p.svg");
  expect(svg).toContain("<svg");
  if (!["training", "scores", "calibration"].includes(what)) expect(svg).toContain(">x<");
});

test("a picture is a PNG named after what it shows, unless it is asked for otherwise", async () => {
  expect(await run(folder, "plot", "m.safetensors", "ridge.csv")).toMatchObject({ code: 0 });
  const png = readFileSync(join(folder, "density.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
});

test("a training curve is the same with a table, which is not read", async () => {
  const args = ["plot", "m.safetensors", "--what", "training", "--out", "t.svg"];
  await run(folder, ...args);
  const alone = read("t.svg");
  const { stderr } = await run(folder, ...args.toSpliced(2, 0, "ridge.csv"));
  expect(stderr).toContain("--what training needs no table: it is not read.");
  expect(read("t.svg")).toBe(alone);
  expect(alone).not.toContain("gaussian");
});

test("plot of one column and of three", async () => {
  const lines = read("ridge.csv").trimEnd().split("\n");
  const wide = lines.map((line, row) => `${line},${row === 0 ? "z" : Math.sin(row)}`);
  writeFileSync(join(folder, "wide.csv"), `${wide.join("\n")}\n`);
  for (const columns of ["y", "x,y,z"]) {
    const model = "w.safetensors";
    await runInTurn(folder, "fit", "wide.csv", "--columns", columns, "--out", model, ...quick);
    const { code } = await runInTurn(folder, "plot", model, "wide.csv", "--out", "w.svg");
    expect(code).toBe(0);
    expect(read("w.svg")).toContain(columns === "y" ? ">y<" : ">z<");
  }
});
