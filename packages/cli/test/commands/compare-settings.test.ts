import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSettings, settingText } from "../../src/commands/compare-settings.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pushforward-compare-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: unknown): Promise<string> {
  const path = join(folder, "settings.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const baselines = [
  { name: "gaussian", flow: "gaussian" },
  { name: "mixture", flow: "mixture" },
];

test("without a word three flows are compared, after the baselines", async () => {
  const names = (await readSettings({}, false)).map(({ name }) => name);
  expect(names).toEqual(["gaussian", "mixture", "nsf", "maf", "realnvp"]);
});

test("settings after a colon belong to the flow before them", async () => {
  const found = await readSettings(
    { flows: "nsf:layers=3,hidden=64x32, maf:batch-size=8,nice" },
    false,
  );
  expect(found).toEqual([
    ...baselines,
    { name: "nsf:layers=3,hidden=64x32", flow: "nsf", layers: 3, hidden: [64, 32] },
    { name: "maf:batch-size=8", flow: "maf", batchSize: 8 },
    { name: "nice", flow: "nice" },
  ]);
});

test("a file names settings, which stand beside those of the command line", async () => {
  const settings = await file([{ name: "wide", flow: "nsf", hidden: [128, 128] }, { flow: "maf" }]);
  const wide = { name: "wide", flow: "nsf", hidden: [128, 128] };
  const maf = { name: "maf", flow: "maf" };
  expect(await readSettings({ settings }, false)).toEqual([...baselines, wide, maf]);
  expect(await readSettings({ flows: "nsf", settings }, true)).toEqual([
    { name: "nsf", flow: "nsf" },
    wide,
    maf,
  ]);
});

test("what holds for all flows gives way to a setting's own, and is none of a baseline's", async () => {
  const found = await readSettings({ flows: "nsf,maf:steps=5", steps: 100 }, false);
  expect(found.map(({ steps }) => steps)).toEqual([undefined, undefined, 100, 5]);
});

test("equal settings are equal as text, in whatever order they were given", async () => {
  const texts = async (flows: string, steps?: number) =>
    (await readSettings({ flows, ...(steps && { steps }) }, true)).map(settingText);
  expect(await texts("nsf:steps=9,layers=3")).toEqual(await texts("nsf:layers=3", 9));
});

test.each([
  ["nsf,nfs", /--flows: there is no flow "nfs", did you mean "nsf"; take some of nsf, /],
  ["nsf,mfa", /no flow "mfa", did you mean "maf"/],
  ["glasso", /--flows: there is no flow "glasso"; take some of nsf, /],
  ["constructor", /no flow "constructor"/],
  ["", /no flow ""/],
  ["nsf,nsf", /two settings are named "nsf"/],
  ["nsf:depth=3", /"nsf:depth=3": there is no setting "depth"; take some of layers, hidden/],
  ["nsf:layers=0", /"nsf:layers=0": layers is "0"\. Give a whole number of at least 1/],
  ["nsf:layers", /write settings as nsf:layers=3/],
  ["maf:bins=4", /"maf:bins=4": --bins: the flow maf has no use for it/],
  ["gaussian:layers=3", /gaussian has no settings/],
])("--flows %s is refused", async (flows, reason) => {
  await expect(readSettings({ flows }, false)).rejects.toThrow(reason);
});

test.each([
  ["{", /settings\.json: is no JSON/],
  [[], /holds no settings/],
  [["nsf"], /entry 1 is no object/],
  [[{ flow: "nsf", hidden: "wide" }], /entry 1: "nsf": hidden is "wide"/],
  [[{ flow: "nsf" }, { flow: "maf", name: "a\nb" }], /entry 2: a "name" is text/],
  [[{ flow: "nsf", name: "x".repeat(61) }], /at most 60 characters/],
])("a file with %j is refused", async (content, reason) => {
  await expect(readSettings({ settings: await file(content) }, false)).rejects.toThrow(reason);
});

test("where columns are given, there are no baselines to ask for", async () => {
  await expect(readSettings({ flows: "nsf,mixture" }, true)).rejects.toThrow(
    /mixture: is no density given other columns/,
  );
});
