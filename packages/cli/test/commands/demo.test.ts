import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeTable, fieldTexts } from "pushforward/tables";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { demoCommand, type RunCommand } from "../../src/commands/demo.ts";
import { demoTable } from "../../src/commands/demo-table.ts";
import { createProgram } from "../../src/program.ts";
import { openData } from "../../src/table/open-data.ts";

let [folder, out, printed] = ["", "", ""];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-demo-"));
  out = join(folder, "demo");
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test("the table is the same each time, and of all kinds of columns", async () => {
  const text = [...demoTable()].join("");
  expect([...demoTable()].join("")).toBe(text);
  const path = join(folder, "weather.csv");
  writeFileSync(path, text);
  const from = await openData({ path });
  onTestFinished(() => from.close());
  expect(from.rows).toBe(800);
  const table = await from.read(from.columns);
  const { schema, columns } = describeTable(table, { missing: "model" });
  const kinds = fieldTexts(schema, columns).map(({ name, text: kind }) => `${name}: ${kind}`);
  expect(kinds).toEqual([
    expect.stringMatching(/^season: one of "autumn", "spring", "summer", "winter"$/),
    expect.stringMatching(/^wind_direction: angle from 0 to 360.* may be missing$/),
    expect.stringMatching(/^wind_speed: not negative/),
    expect.stringMatching(/^temperature: any number.* may be missing$/),
    expect.stringMatching(/^cloud_oktas: 0 to 8, whole$/),
    expect.stringMatching(/^ferries: not negative, whole, may be missing$/),
  ]);
});

test("each command is shown before it runs, in the folder with the table", async () => {
  const ran: string[] = [];
  const run: RunCommand = async (args, where) => {
    expect(readdirSync(where)).toEqual(["weather.csv"]);
    expect(printed.trimEnd().split("\n").at(-1)).toMatch(RegExp(`^\\$ pushforward ${args[0]} `));
    ran.push(args[0]!);
    return 0;
  };
  await demoCommand({ out }, run);
  expect(ran).toEqual(["fit", "plot", "sample", "score", "impute"]);
  expect(printed).toContain(`--where "season = 'winter' and wind_speed > 10"`);
  expect(printed).toContain("What to try there next");
});

test("the commands are ones that the program knows, with their options", async () => {
  const known = createProgram();
  for (const each of known.commands) each.action(() => {});
  const run: RunCommand = async (args) => {
    await known.parseAsync([...args], { from: "user" });
    return 0;
  };
  await demoCommand({ out }, run);
});

test("--json prints one object and nothing else", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await demoCommand({ out, json: true }, async () => 0);
  expect(JSON.parse(printed)).toMatchObject({
    command: "demo",
    folder: out,
    files: ["weather.csv"],
  });
});

test("a folder that holds something, or a file, is refused and left alone", async () => {
  const run: RunCommand = () => Promise.reject(new Error("must not run"));
  writeFileSync(join(folder, "mine.txt"), "");
  await expect(demoCommand({ out: folder }, run)).rejects.toThrow(
    /holds files; remove it, or name/,
  );
  await expect(demoCommand({ out: join(folder, "mine.txt") }, run)).rejects.toThrow(/is a file/);
  expect(readdirSync(folder)).toEqual(["mine.txt"]);
});

test("it ends where a command fails or is stopped", async () => {
  const ends = (code: number) => demoCommand({ out: join(folder, `${code}`) }, async () => code);
  await expect(ends(1)).rejects.toThrow(/the demo ends here: fit failed/);
  await expect(ends(130)).rejects.toThrow(/stopped during fit; what was made is in/);
});
