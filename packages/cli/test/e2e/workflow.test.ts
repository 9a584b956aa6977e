import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "pushforward";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { outcome, quick, ridgeFolder, run, start } from "./command.ts";

const here = ridgeFolder();
const { folder } = here;

const csv = (text: string) => {
  const [header, ...lines] = text.trimEnd().split("\n");
  return { header, rows: lines.map((line) => line.split(",").map(Number)) };
};
const read = (name: string) => readFileSync(join(folder, name), "utf8");

describe("fit", () => {
  test("prints one JSON object and says the rest on stderr", () => {
    expect(here.fitted.code).toBe(0);
    expect(here.fitted.stdout.trimEnd()).not.toContain("\n");
    const report = JSON.parse(here.fitted.stdout);
    expect(report).toMatchObject({
      command: "fit",
      model: "m.safetensors",
      rows: { total: 600, train: 486, validation: 54, test: 60 },
      flow: "nsf",
      seed: 0,
      steps: 100,
    });
    expect(report.columns.map(({ name }: { name: string }) => name)).toEqual(["x", "y"]);
    expect(report.parameters).toBeGreaterThan(0);
    if (process.env.PUSHFORWARD_ENGINE === "jax") expect(report.engine).toMatch(/^jax-js/);
    expect(report.notices).toContain('Left out, text of 600 different values: "place".');
    expect(here.fitted.stderr).toContain('Left out as a row number: "id".');
    const roles = Object.keys(report.logLikelihood);
    expect(roles).toEqual(["flow", "gaussianMixture", "gaussian"]);
    for (const role of roles) {
      for (const part of ["train", "validation", "test", "testError"]) {
        expect(Number.isFinite(report.logLikelihood[role][part])).toBe(true);
      }
    }
  });

  test("prints a table for people, to the default file name", async () => {
    const { code, stdout, stderr } = await run(folder, "fit", "ridge.csv", ...quick);
    expect(code).toBe(0);
    expect(stdout).toContain("600 rows");
    expect(stdout).toMatch(/^columns +"x": any number$/m);
    expect(stdout).toMatch(/^nsf +-\d+\.\d{3} +-\d+\.\d{3} +-\d+\.\d{3} ± 0\.\d{3}$/m);
    expect(stdout).toMatch(/^gaussian +-/m);
    expect(stdout).toMatch(/^model +ridge\.safetensors$/m);
    expect(stderr).toContain("Left out");
    expect(readdirSync(folder)).toContain("ridge.safetensors");
    for (const line of `${stdout}${stderr}`.split("\n")) expect(line.length).toBeLessThan(81);
  });

  test("the same seed writes the same model, another seed another", async () => {
    const again = ["fit", "ridge.csv", ...quick];
    await run(folder, ...again, "--out", "again.safetensors");
    await run(folder, ...again, "--out", "other.safetensors", "--seed", "1");
    const bytes = ["m", "again", "other"].map((name) =>
      readFileSync(join(folder, `${name}.safetensors`)),
    ) as [Buffer, Buffer, Buffer];
    expect(bytes[1].equals(bytes[0])).toBe(true);
    expect(bytes[2].equals(bytes[0])).toBe(false);
  });

  test("no rows for the test", async () => {
    const { stdout } = await run(folder, "fit", "ridge.csv", "--test", "0", "--json", ...quick);
    expect(JSON.parse(stdout).logLikelihood.flow.test).toBeNull();
  });

  test("one column", async () => {
    const args = ["fit", "ridge.csv", "--columns", "y", "--out", "one.safetensors", "--json"];
    const { code, stdout } = await run(folder, ...args, ...quick);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).columns).toEqual([{ name: "y", text: "any number", given: false }]);
  });
});

describe("score", () => {
  test("writes the model's columns and the log-density of each row", async () => {
    const { code, stdout, stderr } = await run(folder, "score", "m.safetensors", "ridge.csv");
    expect(code).toBe(0);
    expect(stderr).toContain('Not in the model: "id", "place".');
    const { header, rows } = csv(stdout);
    expect(header).toBe("x,y,log_density,tail_probability");
    expect(rows).toHaveLength(600);
    const model = await load(join(folder, "m.safetensors"));
    const expected = await model.logProb(rows.map(([x, y]) => [x as number, y as number]));
    expect(rows.map((row) => Math.fround(row[2] as number))).toEqual(Array.from(expected));
    expect(read("ridge.csv")).toContain(`,${rows[0]?.[0]},${rows[0]?.[1]}\n`);
  });

  test("columns in another order and beside others score alike", async () => {
    const { rows } = csv((await run(folder, "score", "m.safetensors", "ridge.csv")).stdout);
    const lines = rows.map(([x, y]) => `${y},7,${x}`);
    writeFileSync(join(folder, "turned.csv"), `y,other,x\n${lines.join("\n")}\n`);
    const turned = await run(folder, "score", "m.safetensors", "turned.csv");
    expect(csv(turned.stdout).rows).toEqual(rows);
  });

  test("to a file, one row too", async () => {
    writeFileSync(join(folder, "one.csv"), "x,y\n0.5,0.25\n");
    const args = ["m.safetensors", "one.csv", "--out", "s.csv"];
    const { code, stdout } = await run(folder, "score", ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^s\.csv: 1 row, mean log-density -\d+\.\d{3} nats\n$/);
    expect(csv(read("s.csv")).rows).toHaveLength(1);
  });

  test("--json", async () => {
    const { stdout } = await run(folder, "score", "m.safetensors", "ridge.csv", "--json");
    const report = JSON.parse(stdout);
    expect(report.logDensity).toHaveLength(600);
    expect(report.rows).toBe(600);
    const mean = report.logDensity.reduce((sum: number, value: number) => sum + value, 0) / 600;
    expect(report.meanLogDensity).toBeCloseTo(mean, 4);
  });

  test("a reader that stops early ends it quietly", async () => {
    const child = start(folder, "sample", "m.safetensors", "-n", "200000");
    child.stdout?.once("data", () => child.stdout?.destroy());
    const { code, stderr } = await outcome(child);
    expect(code).toBe(0);
    expect(stderr).toBe("");
  });
});

describe("sample", () => {
  test("draws rows, the same for the same seed", async () => {
    const draw = (seed: string) =>
      run(folder, "sample", "m.safetensors", "-n", "200", "--seed", seed);
    const [first, again, other] = [await draw("3"), await draw("3"), await draw("4")];
    const { header, rows } = csv(first.stdout);
    expect(header).toBe("x,y");
    expect(rows).toHaveLength(200);
    expect(rows.flat().every(Number.isFinite)).toBe(true);
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  test("what it writes can be scored", async () => {
    await run(folder, "sample", "m.safetensors", "-n", "50", "--out", "samples.csv");
    const { code, stdout } = await run(folder, "score", "m.safetensors", "samples.csv", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 50, notices: [] });
  });

  test("--json", async () => {
    const { stdout } = await run(folder, "sample", "m.safetensors", "-n", "5", "--json");
    const { samples, columns } = JSON.parse(stdout);
    expect(columns).toEqual(["x", "y"]);
    expect(samples).toHaveLength(5);
    expect(samples[0]).toHaveLength(2);
  });

  test("columns of whole numbers come out whole", async () => {
    const uniform = (row: number) => Math.imul(row, 2_654_435_761) >>> 0;
    const lines = Array.from({ length: 300 }, (_, row) => `${uniform(row) % 17},${row % 7}`);
    writeFileSync(join(folder, "whole.csv"), `a,b\n${lines.join("\n")}\n`);
    const fit = await run(folder, "fit", "whole.csv", "--json", ...quick);
    expect(JSON.parse(fit.stdout).columns).toMatchObject([
      { name: "a", text: "not negative, whole" },
      { name: "b", text: "0 to 6, whole" },
    ]);
    const inspected = await run(folder, "inspect", "whole.safetensors");
    expect(inspected.stdout).toContain('"a": not negative, whole');
    const { stdout } = await run(folder, "sample", "whole.safetensors", "-n", "100");
    expect(csv(stdout).rows.flat().every(Number.isInteger)).toBe(true);
  });
});

describe("export", () => {
  test("writes one ONNX file and says how it is called", async () => {
    const { code, stdout, stderr } = await run(folder, "export", "m.safetensors");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^file +m\.onnx, \d+\.\d KiB$/m);
    expect(stdout).toMatch(/^input +x \[n, 2\]: rows in the units of the data$/m);
    expect(stdout).toMatch(/^output +log_prob \[n\]: /m);
    expect(stdout).toMatch(/^columns +"x", "y"$/m);
    const model = await load(join(folder, "m.safetensors"));
    const bytes = new Uint8Array(readFileSync(join(folder, "m.onnx")));
    expect(bytes).toEqual(await model.toOnnx("logProb"));
  });

  test("writes several, in a narrow terminal too", async () => {
    const args = ["export", "m.safetensors", "--functions", "logProb,encode,decode,sample"];
    vi.stubEnv("COLUMNS", "40");
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, stdout } = await run(folder, ...args, "--out", "all.onnx");
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(40);
    const names = ["decode", "encode", "logProb", "sample"].map((name) => `all.${name}.onnx`);
    const written = readdirSync(folder).filter((name) => name.startsWith("all."));
    expect(written.sort()).toEqual(names);
  });

  test("--json", async () => {
    const functions = ["sample", "logProb"];
    const args = ["export", "m.safetensors", "--functions", functions.join(), "--json"];
    const { files, columns } = JSON.parse((await run(folder, ...args)).stdout);
    expect(columns).toEqual([{ name: "x" }, { name: "y" }]);
    expect(files).toMatchObject([
      {
        path: "m.sample.onnx",
        function: "sample",
        inputs: [{ name: "noise", shape: ["n", 2] }],
        output: { name: "x", shape: ["n", 2] },
      },
      { path: "m.logProb.onnx", function: "logProb" },
    ]);
  });
});

describe("inspect and check", () => {
  test("inspect", async () => {
    const { code, stdout } = await run(folder, "inspect", "m.safetensors");
    expect(code).toBe(0);
    expect(stdout).toContain("nsf");
    expect(stdout).toMatch(/^columns +"x": any number\n +"y": any number$/m);
    expect(stdout).toMatch(
      /^training +100 steps; best validation log-likelihood -\d\.\d{3} nats \(step \d+\)$/m,
    );
    const json = JSON.parse((await run(folder, "inspect", "m.safetensors", "--json")).stdout);
    expect(json).toMatchObject({ flow: "nsf", shape: [2], contextShape: null });
    expect(json.history.length).toBeGreaterThan(0);
    expect(json.columns).toMatchObject([
      { name: "x", text: "any number" },
      { name: "y", text: "any number" },
    ]);
  });

  test("check, with and without a table", async () => {
    const { code, stdout } = await run(folder, "check", "m.safetensors", "ridge.csv");
    expect(stdout).toMatch(/^round trip, data .* ok\n {2}data to latents and back/m);
    expect(stdout).toMatch(/\nall checks passed\n\nsamples beside the data\n/);
    expect(stdout).toMatch(/^(alike|UNLIKE): A classifier tells samples from data in \d/m);
    expect(stdout).not.toContain("FAILED");
    expect(code).toBe(0);
    const asJson = await run(folder, "check", "m.safetensors", "--json");
    expect(JSON.parse(asJson.stdout)).toMatchObject({ command: "check", ok: true });
  });

  test("a check that fails says so and ends with code 1", async () => {
    const { rows } = csv((await run(folder, "score", "m.safetensors", "ridge.csv")).stdout);
    const far = rows.map(([x, y]) => `${(x as number) + 100},${y}`);
    writeFileSync(join(folder, "far.csv"), `x,y\n${far.join("\n")}\n`);
    const { code, stdout } = await run(folder, "check", "m.safetensors", "far.csv");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^interval, layer .* FAILED$/m);
    expect(stdout).toContain("share of values outside the spline's interval");
    expect(stdout).toMatch(/\n\d of \d checks failed\n/);
    expect(stdout).toMatch(/^UNLIKE: A classifier/m);
  });

  test("nothing temporary is left", () => {
    expect(readdirSync(folder).filter((name) => name.includes("tmp"))).toEqual([]);
  });
});
