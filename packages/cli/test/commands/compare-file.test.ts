import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeTable, encodeTable } from "pushforward/tables";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openComparison } from "../../src/commands/compare-file.ts";
import type { ComparedSetting } from "../../src/commands/compare-settings.ts";
import type { FoldResult } from "../../src/commands/cross-validation-scores.ts";
import type { FitData } from "../../src/commands/fit-data.ts";

let [folder, path] = ["", ""];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pushforward-compare-"));
  path = join(folder, "c.json");
});
afterEach(() => rm(folder, { recursive: true }));

function data({ name = "x", rows = 20, shift = 0 } = {}): FitData {
  const cells = Float64Array.from({ length: rows }, (_, row) => Math.sin(row) + shift);
  const described = describeTable({ rows, columns: [{ name, kind: "number", cells }] });
  const encoded = encodeTable(described.schema, described.columns, described.table, 0);
  return { ...described, encoded, source: "t.csv", rows };
}

const dealing = { folds: 5, seed: 0 };
const nsf: ComparedSetting = { name: "nsf", flow: "nsf", hidden: [8, 8], steps: 5 };
const maf: ComparedSetting = { name: "maf", flow: "maf" };
const score = { rows: 4, logLikelihood: -1.5, parameters: 7, steps: 5, seconds: 0.25 };
const first: FoldResult = { name: "nsf", fold: 1, ...score };
const second: FoldResult = { name: "nsf", fold: 2, failure: "not finite" };

test("each result is kept as it comes, and found again", async () => {
  const kept = await openComparison(path, data(), dealing, [nsf]);
  expect(kept.results).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
  await kept.keep(first);
  expect((await openComparison(path, data(), dealing, [nsf])).results).toEqual([first]);
  const other = { ...first, fold: 2 };
  await kept.keep(other);
  expect((await openComparison(path, data(), dealing, [nsf])).results).toEqual([first, other]);
  expect(await readdir(folder)).toEqual(["c.json"]);
});

test("what failed is tried again, and its new result takes the place of the old one", async () => {
  const kept = await openComparison(path, data(), dealing, [nsf]);
  for (const result of [first, second]) await kept.keep(result);
  expect(kept.results).toEqual([first, second]);
  const again = await openComparison(path, data(), dealing, [nsf]);
  expect(again.results).toEqual([first]);
  const other = { ...first, fold: 2 };
  await again.keep(other);
  expect(JSON.parse(await readFile(path, "utf8")).results).toEqual([first, other]);
});

test("two runs that share a file keep each other's results", async () => {
  const [one, two] = [
    await openComparison(path, data(), dealing, [nsf]),
    await openComparison(path, data(), dealing, [maf]),
  ];
  const other: FoldResult = { ...first, name: "maf" };
  await one.keep(first);
  await two.keep(other);
  await one.keep(second);
  const { settings, results } = JSON.parse(await readFile(path, "utf8"));
  expect(settings).toHaveLength(2);
  expect(results).toHaveLength(3);
  expect(results).toEqual(expect.arrayContaining([first, second, other]));
});

test("a file that became another comparison meanwhile is not overwritten", async () => {
  const kept = await openComparison(path, data(), dealing, [nsf]);
  await (await openComparison(path, data(), { ...dealing, seed: 1 }, [nsf])).keep(first);
  const before = await readFile(path, "utf8");
  await expect(kept.keep(first)).rejects.toThrow("--seed 1 there, 0 here");
  expect(await readFile(path, "utf8")).toBe(before);
});

test("results of another version are refused", async () => {
  await (await openComparison(path, data(), dealing, [nsf])).keep(first);
  const file = { ...JSON.parse(await readFile(path, "utf8")), version: "0.0.1", sha256: "0" };
  await writeFile(path, JSON.stringify(file));
  const opened = openComparison(path, data(), dealing, [nsf]);
  await expect(opened).rejects.toThrow(
    /another comparison \(version 0\.0\.1 there, \d+\.\d+\.\d+ here\)/,
  );
});

test("without a file results are kept in memory", async () => {
  const kept = await openComparison(undefined, data(), dealing, [nsf]);
  await kept.keep(first);
  expect(kept.results).toEqual([first]);
});

test("a setting is added to the others, whose results stay", async () => {
  await (await openComparison(path, data(), dealing, [nsf])).keep(first);
  const other: FoldResult = { ...first, name: "maf" };
  await (await openComparison(path, data(), dealing, [maf])).keep(other);
  const both = await openComparison(path, data(), dealing, [maf, nsf]);
  expect(both.results).toEqual([first, other]);
  expect(JSON.parse(await readFile(path, "utf8")).settings).toEqual([nsf, maf]);
});

test.each([
  ["--folds 5 there, 4 here", data(), { folds: 4, seed: 0 }],
  ["--seed 0 there, 1 here", data(), { folds: 5, seed: 1 }],
  ["rows 20 there, 21 here", data({ rows: 21 }), dealing],
  ['columns "x" there, "y" here', data({ name: "y" }), dealing],
  ["the table has other values", data({ shift: 1e-9 }), dealing],
])("another comparison is refused: %s", async (reason, table, dealt) => {
  await (await openComparison(path, data(), dealing, [nsf])).keep(first);
  const before = await readFile(path, "utf8");
  const opened = openComparison(path, table, dealt, [nsf]);
  await expect(opened).rejects.toThrow(`c.json: holds another comparison (${reason}`);
  expect(await readFile(path, "utf8")).toBe(before);
});

test("another setting of the same name is refused", async () => {
  await (await openComparison(path, data(), dealing, [nsf])).keep(first);
  const opened = openComparison(path, data(), dealing, [{ ...nsf, steps: 9 }]);
  await expect(opened).rejects.toThrow(
    /"nsf" is nsf, hidden 8,8, steps 5 there, and nsf, hidden 8,8, steps 9 here; give it another name/,
  );
});

test.each(["", "{", "[]", '{"comparison":2}', "x,y\n1,2\n"])(
  "a file with %j is not overwritten",
  async (content) => {
    await writeFile(path, content);
    const opened = openComparison(path, data(), dealing, [nsf]);
    await expect(opened).rejects.toThrow(/c\.json: is there and holds no comparison; name another/);
    expect(await readFile(path, "utf8")).toBe(content);
  },
);

test("a file cut short, or with a score that is no number, is refused", async () => {
  await (await openComparison(path, data(), dealing, [nsf])).keep(first);
  const whole = await readFile(path, "utf8");
  for (const text of [whole.slice(0, -20), whole.replace("-1.5", "null")]) {
    await writeFile(path, text);
    await expect(openComparison(path, data(), dealing, [nsf])).rejects.toThrow(/no comparison/);
  }
});
