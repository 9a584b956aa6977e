import { expect, test } from "vitest";
import { quick, ridgeFolder, run } from "./command.ts";

const here = ridgeFolder();
const { folder } = here;

test("the engine is shown, and can be chosen", async () => {
  const json = async (...args: string[]) =>
    JSON.parse((await run(folder, ...args, "--json", "--engine", "jax")).stdout);
  const fit = await run(folder, "fit", "ridge.csv", "--out", "j.safetensors", ...quick);
  const engine = JSON.parse(here.fitted.stdout).engine;
  expect(here.fitted.stderr).toContain(`Running on ${engine}.`);
  expect(fit.stdout).toMatch(new RegExp(`^engine +${engine}$`, "m"));
  expect((await run(folder, "inspect", "j.safetensors")).stdout).toContain(`engine: ${engine}`);
  const model = "j.safetensors";
  const reports = [
    await json("fit", "ridge.csv", "--out", "k.safetensors", ...quick),
    await json("score", model, "ridge.csv"),
    await json("sample", model),
    await json("inspect", model),
    await json("check", model),
    await json("plot", model, "--what", "training"),
  ];
  expect(reports.map((report) => report.engine)).toEqual(Array(6).fill("jax-js on wasm"));
});

test("jax-js stands in for a missing runtime, said once and in the report", async () => {
  const notice = /ONNX Runtime cannot use "none": .*; jax-js on wasm runs the programs instead\./s;
  const args = ["--engine", "onnx:none", "--json"];
  const fit = await run(folder, "fit", "ridge.csv", "--out", "o.safetensors", ...quick, ...args);
  expect(fit.code).toBe(0);
  expect(fit.stderr.match(/cannot use/g)).toHaveLength(1);
  expect(fit.stderr).not.toContain("pushforward: ");
  expect(fit.stderr).toMatch(notice);
  const report = JSON.parse(fit.stdout);
  expect(report.engine).toBe("jax-js on wasm");
  expect(report.notices).toContainEqual(expect.stringMatching(notice));
  const plot = ["plot", "o.safetensors", "--out", "p.svg", ...args];
  for (const command of [["score", "o.safetensors", "ridge.csv", ...args], plot]) {
    const { code, stdout, stderr } = await run(folder, ...command);
    expect(code).toBe(0);
    expect(stderr.match(/cannot use/g)).toHaveLength(1);
    expect(stderr).not.toContain("pushforward: ");
    expect(JSON.parse(stdout).engine).toBe("jax-js on wasm");
  }
});
