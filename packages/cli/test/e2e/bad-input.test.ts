import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fit, nsf } from "pushforward";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { refusal, ridge, run, runInTurn, temporaryFolder } from "./command.ts";

/** The last line of a fit that must refuse its checkpoint. */
async function checkpointRefusal(folder: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await runInTurn(folder, ...args);
  expect(code).toBe(2);
  return stderr.trimEnd().split("\n").at(-1) as string;
}

const rows = (make: (row: number) => string, count = 30) =>
  `${Array.from({ length: count }, (_, row) => make(row)).join("\n")}\n`;
const noise = (row: number) => Math.sin(row * row).toFixed(4);

describe("tables that cannot be fitted", () => {
  test.each<[string, string | Buffer, RegExp]>([
    ["empty", "", /t\.csv: is empty/],
    ["header only", "x,y\n", /t\.csv: has a header line but no rows/],
    [
      "text in a numeric column",
      `x,y\n${rows((row) => `${noise(row)},${row === 4 ? "much" : row * row}`)}`,
      /column "y" has the text "much" in row 5; correct it, .*--exclude y/,
    ],
    [
      "missing cells",
      `x,y\n${rows((row) => `${noise(row)},${row % 5 === 4 ? "" : row * row}`)}`,
      /column "y" lacks a value in 6 of 30 rows, first in row 5.*--missing drop.*--exclude y/,
    ],
    [
      "infinite cells",
      `x,y\n${rows((row) => `${noise(row)},${row === 2 ? "inf" : row * row}`)}`,
      /column "y" lacks a value in 1 of 30 rows, first in row 3 \("inf"\)/,
    ],
    [
      "not-a-number cells",
      `x,y\n${rows((row) => `${noise(row)},${row === 2 ? "NaN" : row * row}`)}`,
      /column "y" lacks a value in 1 of 30 rows, first in row 3 \("NaN"\)/,
    ],
    [
      "two columns of the same values",
      `x,y\n${rows((row) => `${noise(row)},${noise(row)}`)}`,
      /column "y" repeats "x" in every row.*--exclude y, or --drop-dependent/,
    ],
    [
      "two columns of one name",
      `x,x\n${rows((row) => `${noise(row)},${row * row}`)}`,
      /two columns are named "x".*--exclude x/,
    ],
    ["one row", "x,y\n1.5,2\n", /t\.csv: got 1 row/],
    ["more columns than rows", "x,y,z\n1,2,4\n3,8,5\n", /got 2 rows of 3 columns/],
    [
      "values of 1e300",
      `x,y\n${rows((row) => `${noise(row)},${row === 7 ? "1e300" : row * row}`)}`,
      /column "y" holds 1e\+300 in row 8, .*--exclude y/,
    ],
    ["no numbers at all", "a,b\nx,y\nz,w\n", /no column is left to fit a density to/],
    ["ragged rows", "x,y\n1,2\n3\n4,5\n", /line 3 has 1 field/],
    ["binary data", Buffer.from([137, 80, 78, 71, 0, 1, 2, 3]), /t\.csv: is binary/],
  ])("%s", async (_, content, message) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "t.csv"), content);
    expect(await refusal(folder, "fit", "t.csv", "--steps", "5")).toMatch(message);
  });

  test("a missing file and a folder", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "d"));
    expect(await refusal(folder, "fit", "absent.csv")).toContain("absent.csv: no such file");
    expect(await refusal(folder, "fit", "d")).toContain("d: holds no .png, .jpg or .jpeg file");
  });

  test("an output that cannot be written is refused before the work", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "t.csv"), ridge(100));
    mkdirSync(join(folder, "d"));
    const absent = await refusal(folder, "fit", "t.csv", "--out", "none/m.safetensors");
    expect(absent).toMatch(/none\/m\.safetensors: there is no folder .*none; create it/);
    expect(await refusal(folder, "fit", "t.csv", "--out", "d")).toContain("d: is a folder");
  });

  test.each([
    [["fit"], /no data: name a file, or give a query with --sql/],
    [["fit", "t.csv", "--sql", "select 1"], /--sql: takes the place of a file, and t\.csv is one/],
    [["fit", "t.csv", "--type", "x"], /Give a column and its type, for example age=positive/],
    [
      ["fit", "t.csv", "--type", "x=odd"],
      /--type: column "x": there is no column type "odd"; take real,/,
    ],
    [
      ["fit", "t.csv", "--type", "z=real"],
      /t\.csv: has no column "z", which --type names; it has "id", "place", "x", "y"/,
    ],
    [
      ["fit", "t.csv", "--given", "x,y"],
      /no column is left to fit a density to, next to those given/,
    ],
    [["fit", "t.csv", "--stepps", "3"], /unknown option '--stepps'/],
    [["fit", "t.csv", "--steps", "0"], /whole number of at least 1/],
    [["fit", "t.csv", "--test", "2"], /share of the rows/],
    [["fit", "t.csv", "--flow", "glob"], /Allowed choices are nsf, nsf-ar, maf, .*glow, nice/],
    [
      ["fit", "t.csv", "--flow", "nice", "--bins", "4"],
      /nice has no use for it; it takes --layers/,
    ],
    [["fit", "t.csv", "--flow", "linear", "--layers", "2"], /linear has no use for it; it has no/],
    [["fit", "t.csv", "--columns", "x", "--exclude", "y"], /cannot be used with/],
    [["fit", "t.csv", "--config", "none.json"], /none\.json: no such file; check the name/],
    [["score", "m.safetensors", "t.csv", "--out", "s.xlsx"], /s\.xlsx: no format ends in \.xlsx/],
    [["impute", "m.safetensors", "t.csv", "--out", "s"], /s: has no ending that tells the format/],
    [["fit", "t.csv", "--columns", "x,w"], /has no column "w".*"id", "place", "x", "y"/],
    [["plot", "m.safetensors", "--out", "p.pdf"], /ends in .png or .svg/],
    [["fit", "t.csv", "--engine", "torch"], /'torch' is invalid. Take auto, onnx, .*jax:cpu/],
    [["export", "m.safetensors", "--functions", "score"], /Take some of logProb,encode,decode,/],
    [["fitt", "t.csv"], /unknown command 'fitt'/],
  ])("%j", async (args, message) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "t.csv"), ridge(100));
    expect(await refusal(folder, ...args)).toMatch(message);
  });
});

test.each([
  [["fit", "absent.csv"], 2, "data", /absent\.csv: no such file/],
  [["score", "absent.safetensors", "t.csv"], 2, "model-file", /absent\.safetensors/],
  [["sample", "absent.safetensors"], 2, "model-file", /absent\.safetensors/],
  [["inspect", "absent.safetensors"], 2, "model-file", /absent\.safetensors/],
  [["check", "absent.safetensors"], 2, "model-file", /absent\.safetensors/],
  [["plot", "absent.safetensors"], 2, "model-file", /absent\.safetensors/],
  [["export", "absent.safetensors"], 2, "model-file", /absent\.safetensors/],
  [["fit", "t.csv", "--stepps", "3"], 2, "usage", /unknown option '--stepps'/],
])("%j with --json fails with one JSON object", async (args, expected, errorCode, message) => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await run(folder, ...args, "--json");
  expect(code).toBe(expected);
  expect(stderr).toMatch(message);
  const { error } = JSON.parse(stdout);
  expect(error.code).toBe(errorCode);
  expect(error.message).toMatch(message);
});

describe("models and tables that do not fit", () => {
  const quick = ["--steps", "5", "--layers", "1", "--hidden", "4"];

  const fitted = mkdtempSync(join(tmpdir(), "pushforward-e2e-"));
  afterAll(() => rmSync(fitted, { recursive: true }));
  beforeAll(async () => {
    writeFileSync(join(fitted, "t.csv"), ridge(100));
    const { code } = await run(fitted, "fit", "t.csv", "--out", "m.safetensors", ...quick);
    expect(code).toBe(0);
  });

  /** A folder with a table and a model of it, of a test's own. */
  function folderWithModel(): string {
    const folder = temporaryFolder();
    for (const name of ["t.csv", "m.safetensors"]) {
      copyFileSync(join(fitted, name), join(folder, name));
    }
    return folder;
  }

  test("files that are no models", async () => {
    const folder = folderWithModel();
    const bytes = readFileSync(join(folder, "m.safetensors"));
    const newer = bytes.toString("latin1").replace('"version":"2"', '"version":"9"');
    const files: [string, string | Uint8Array][] = [
      ["empty.safetensors", ""],
      ["cut.safetensors", bytes.subarray(0, bytes.length - 10)],
      ["head.safetensors", bytes.subarray(0, 40)],
      ["text.safetensors", "x,y\n1,2\n"],
      ["newer.safetensors", Buffer.from(newer, "latin1")],
    ];
    expect(newer).not.toBe(bytes.toString("latin1"));
    for (const [name, content] of files) {
      writeFileSync(join(folder, name), content);
      expect(await refusal(folder, "inspect", name)).toContain(name);
    }
    const verbs = [["sample"], ["score", "t.csv"], ["plot"], ["check"], ["export"]];
    for (const [verb = "", ...data] of verbs) {
      const name = "cut.safetensors";
      expect(await refusal(folder, verb, name, ...data)).toContain(name);
    }
    expect(await refusal(folder, "score", "none.safetensors", "t.csv")).toContain("no such file");
    const foreign = Buffer.from(`........{"__metadata__":{"format":"pt"}}`);
    foreign.writeBigUInt64LE(BigInt(foreign.length - 8));
    writeFileSync(join(folder, "foreign.safetensors"), foreign);
    const message = await refusal(folder, "inspect", "foreign.safetensors");
    expect(message).toContain(
      "foreign.safetensors: a safetensors file, but not a pushforward model",
    );
    const fit = ["fit", "t.csv", "--out", "n.safetensors", "--checkpoint"];
    expect(await checkpointRefusal(folder, ...fit, "foreign.safetensors")).toMatch(
      /checkpoint foreign\.safetensors: not a checkpoint .* Give another, or start without it/,
    );
    expect(await checkpointRefusal(folder, ...fit, "text.safetensors")).toMatch(
      /checkpoint text\.safetensors: it is .*not a model file/,
    );
  });

  test("an output that is an input leaves it as it was", async () => {
    const folder = folderWithModel();
    writeFileSync(join(folder, "rows"), ridge(100));
    symlinkSync("t.csv", join(folder, "link.svg"));
    symlinkSync("m.safetensors", join(folder, "link.csv"));
    symlinkSync(".", join(folder, "same"));
    const files = ["t.csv", "m.safetensors"].map((name) => join(folder, name));
    const before = files.map((file) => readFileSync(file, "latin1"));
    const [table, model] = ["t.csv", "m.safetensors"];
    for (const args of [
      ["fit", "rows", "--out", "same/rows"],
      ["fit", "rows", "--checkpoint", "./rows"],
      ["fit", table, "--out", "new.safetensors", "--checkpoint", "same/new.safetensors"],
      ["score", model, table, "--out", table],
      ["score", model, table, "--out", "link.csv"],
      ["sample", model, "--out", model],
      ["plot", model, table, "--out", "link.svg"],
      ["export", model, "--out", "link.csv"],
    ]) {
      expect(await refusal(folder, ...args)).toMatch(/would overwrite its own file \S+; write to/);
    }
    expect(files.map((file) => readFileSync(file, "latin1"))).toEqual(before);
  });

  test("tables with other columns", async () => {
    const folder = folderWithModel();
    writeFileSync(join(folder, "other.csv"), "x,z\n1,2\n3,4.5\n");
    const message = /other\.csv: has no column "y", which the model needs; it has "x", "z"/;
    for (const command of ["score", "check"]) {
      expect(await refusal(folder, command, "m.safetensors", "other.csv")).toMatch(message);
    }
    const plot = ["plot", "m.safetensors", "other.csv", "--out", "p.png"];
    expect(await refusal(folder, ...plot)).toMatch(message);
    const columns = ["--columns", "x,x"];
    const twice = await refusal(folder, "score", "m.safetensors", "other.csv", ...columns);
    expect(twice).toContain('"x" is asked for twice');
  });

  test("a conditional model", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 50 }, (_, row) => [Math.sin(row * row)]);
    const flow = nsf({ features: 1, context: 1, layers: 1, hidden: [4] });
    const model = await fit(flow, rows, { context: rows.toReversed(), steps: 2 });
    await model.save(join(folder, "c.safetensors"));
    writeFileSync(join(folder, "t.csv"), "x\n1\n2.5\n");
    const message = "c.safetensors: is a conditional density";
    expect(await refusal(folder, "sample", "c.safetensors")).toContain(message);
    expect(await refusal(folder, "score", "c.safetensors", "t.csv")).toContain(message);
    expect((await run(folder, "inspect", "c.safetensors")).stdout).toContain("context");
    const { stdout } = await run(folder, "export", "c.safetensors");
    expect(stdout).toMatch(/^input +context \[n, 1\]: /m);
  });

  test("an engine that is not there, and one that there is not", async () => {
    const folder = folderWithModel();
    const sample = ["sample", "m.safetensors", "--engine"];
    // In a process of its own: jax-js has one device for a whole process.
    const { code, stdout, stderr } = await run(folder, ...sample, "jax:webgpu");
    expect(stderr).toMatch(/^pushforward: [^\n]*finds no webgpu [^\n]* Take jax:wasm[^\n]*\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    vi.stubEnv("PUSHFORWARD_ENGINE", "torch");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await refusal(folder, "sample", "m.safetensors")).toMatch(
      /PUSHFORWARD_ENGINE: there is no "torch"/,
    );
    expect((await run(folder, ...sample, "jax")).code).toBe(0);
  });

  test("a model without column names takes as many columns as it has", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 50 }, (_, row) => [Math.sin(row * row), Math.cos(row)]);
    const model = await fit(nsf({ features: 2, layers: 1, hidden: [4] }), rows, { steps: 2 });
    await model.save(join(folder, "u.safetensors"));
    writeFileSync(join(folder, "t.csv"), "a,b,c\n1,2.5,3\n0,1,0.5\n");
    expect(await refusal(folder, "score", "u.safetensors", "t.csv")).toContain(
      "t.csv: has 3 columns of numbers where the model takes 2; pick them with --columns a,b",
    );
    const { stdout } = await run(folder, "score", "u.safetensors", "t.csv", "--columns", "c,a");
    expect(stdout).toMatch(/^column0,column1,log_density\n3,1,-/);
  });

  test("a failed fit leaves the model of before", async () => {
    const folder = folderWithModel();
    const before = readFileSync(join(folder, "m.safetensors"));
    writeFileSync(join(folder, "bad.csv"), "x,y\n1,1\n3,3\n5,5\n7,7\n");
    await refusal(folder, "fit", "bad.csv", "--out", "m.safetensors");
    expect(readFileSync(join(folder, "m.safetensors")).equals(before)).toBe(true);
  });
});
