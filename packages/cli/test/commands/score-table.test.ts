import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, type Model, realNVP } from "pushforward";
import { fitTable, scoreTable as scoreRows, type Table } from "pushforward/tables";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scoreTable } from "../../src/commands/score-table.ts";
import type { ScoreCommandOptions } from "../../src/commands/scored.ts";
import { openData } from "../../src/table/open-data.ts";

const ROWS = 60;

const counts = Float64Array.from({ length: ROWS }, (_, row) => (row * row) % 13);
const training: Table = {
  rows: ROWS,
  columns: [
    {
      name: "x",
      kind: "number",
      cells: counts.map((count, row) => Math.exp(Math.sin(row)) + count / 9),
    },
    { name: "n", kind: "number", cells: counts },
  ],
};

let folder = "";
let model: Model;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-score-"));
  model = await fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), training, {
    steps: 2,
    types: { x: { type: "real" } },
  });
  writeFileSync(
    join(folder, "t.csv"),
    "id,x,n,name\n007,1.5,2,a\n008,1,-1,NA\n009,2,5,c\n010,4,-5,d\n",
  );
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true });
});

/** What a command says, and the file that it writes. */
async function score(options: ScoreCommandOptions) {
  const said: string[] = [];
  const printed: string[] = [];
  const console = {
    width: 80,
    print: (line: string) => void printed.push(line),
    note: (line: string) => void said.push(line),
  };
  const out = join(folder, "s.csv");
  await scoreTable("m", model, join(folder, "t.csv"), { out, ...options }, console);
  return { said, printed, file: readFileSync(out, "utf8"), out };
}

test("columns that are kept come first and as they were written", async () => {
  const { file, said } = await score({ keep: ["name", "id"] });
  const lines = file.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^name,id,x,n,log_density/);
  expect(lines.slice(1).map((line) => line.split(",").slice(0, 2))).toEqual([
    ["a", "007"],
    ["NA", "008"],
    ["c", "009"],
    ["d", "010"],
  ]);
  expect(said.join()).not.toContain("Not in the model");
  const worst = await score({ keep: ["id"], anomalies: 1 });
  expect(worst.file).toMatch(/^row,id,x,n,log_density.*\n2,008,1,-1,-inf/);
});

test("text that is kept is text in a Parquet file", async () => {
  const out = join(folder, "s.parquet");
  await score({ keep: ["id"] });
  const console = { width: 80, print: () => {}, note: () => {} };
  await scoreTable("m", model, join(folder, "t.csv"), { out, keep: ["id"] }, console);
  const from = await openData({ sql: `select * from '${out}'` });
  expect(from.columns.slice(0, 2).map(({ name, kind }) => [name, kind])).toEqual([
    ["id", "text"],
    ["x", "number"],
  ]);
  from.close();
});

test("with --json, cells that are kept are with the least likely rows, or there is a file", async () => {
  const printed: string[] = [];
  const console = { width: 80, print: (line: string) => void printed.push(line), note: () => {} };
  const path = join(folder, "t.csv");
  await scoreTable("m", model, path, { json: true, keep: ["id"], anomalies: 2 }, console);
  const { anomalies, kept } = JSON.parse(printed.join());
  expect(kept).toEqual(["id"]);
  expect(anomalies).toMatchObject([
    { row: 2, kept: { id: "008" } },
    { row: 4, kept: { id: "010" } },
  ]);
  await expect(scoreTable("m", model, path, { json: true, keep: ["id"] }, console)).rejects.toThrow(
    "--keep: is for rows that are written, and --json prints none; name a file for them with --out",
  );
});

test("rows that the model cannot produce are told of, and are not in the mean", async () => {
  const { said, printed } = await score({});
  expect(said).toContain(
    'Log-density -inf for 2 rows: -1 is outside of what the model can produce (first column "n", row 2).',
  );
  expect(printed).toEqual([
    expect.stringMatching(
      /: 4 rows, mean log-density -\d+\.\d{3} nats of the 2 that have one; 2 have none$/,
    ),
  ]);
});

test("rows so far off that their density is 0 in 32 bits are told of", async () => {
  const path = join(folder, "far.csv");
  writeFileSync(path, "x,n\n1.5,2\n1e25,2\n");
  const said: string[] = [];
  const console = { width: 80, print: () => {}, note: (line: string) => void said.push(line) };
  await scoreTable("m", model, path, { out: join(folder, "f.csv") }, console);
  expect(said).toEqual([
    "Log-density -inf for 1 row: its density is 0 in 32-bit arithmetic (first row 2).",
  ]);
});

test("as many least likely rows are told of as are written: those without a score are none", async () => {
  const path = join(folder, "gaps.csv");
  writeFileSync(path, "x,n\n1.5,2\n,3\n2,5\n");
  const out = join(folder, "g.csv");
  const printed: string[] = [];
  const console = { width: 80, print: (line: string) => void printed.push(line), note: () => {} };
  await scoreTable("m", model, path, { out, anomalies: 3 }, console);
  expect(readFileSync(out, "utf8").trimEnd().split("\n").slice(1)).toHaveLength(2);
  expect(printed.join()).toMatch(/g\.csv: the 2 least likely of 3 rows, mean .*; 1 has none$/);
});

test("more draws are another average over the cells of whole numbers", async () => {
  const rows = {
    rows: 1,
    columns: training.columns.map((column) => ({
      ...column,
      cells: Float64Array.of(column.name === "x" ? 1.5 : 2),
    })),
  } as Table;
  for (const draws of [1, 3]) {
    const { file } = await score({ draws });
    const { logProb } = await scoreRows(model, rows, { draws });
    expect(Number(file.split("\n")[1]?.split(",")[2])).toBeCloseTo(logProb[0] as number, 5);
  }
  const first = async (draws: number) => (await score({ draws })).file.split("\n")[1];
  expect(await first(1)).not.toBe(await first(3));
});

test("a column to keep must be there", async () => {
  await expect(score({ keep: ["nmae"] })).rejects.toThrow(DataError);
  await expect(score({ keep: ["nmae"] })).rejects.toThrow(
    '--keep names, did you mean "name"; it has',
  );
});
