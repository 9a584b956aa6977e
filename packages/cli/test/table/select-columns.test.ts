import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "pushforward";
import type { Field } from "pushforward/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataSource } from "../../src/table/data-source.ts";
import { openData } from "../../src/table/open-data.ts";
import {
  type FitChoice,
  type Selection,
  selectForFit,
  selectForModel,
  selectKept,
} from "../../src/table/select-columns.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-columns-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Selects columns of a file with this content. */
async function select(content: string, how: (from: DataSource) => Selection, name = "table.csv") {
  const path = join(folder, name);
  writeFileSync(path, content);
  const from = await openData({ path });
  try {
    const { chosen, notices } = how(from);
    return { names: chosen.map((column) => column.name), notices, chosen };
  } finally {
    from.close();
  }
}

const forFit = (content: string, choice: FitChoice = {}) =>
  select(content, (from) => selectForFit(from, choice));

const forModel = (content: string, fields: readonly Field[], choice: FitChoice = {}) =>
  select(content, (from) => selectForModel(from, fields, choice));

/** What comes after the path in the error that must be thrown: one line. */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => expect.unreachable("columns were selected"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  const path = join(folder, "table.csv: ");
  expect(message).not.toContain("\n");
  expect(message.startsWith(path)).toBe(true);
  return message.slice(path.length);
}

const refused = (content: string, choice?: FitChoice) => refusal(forFit(content, choice));

const mixed = "id,name,x,day,y\n1,a,1.5,2024-01-01,7\n2,b,2.5,2024-01-02,9\n3,,4,2024-01-03,7\n";

describe("columns to fit a model to", () => {
  test("are all but a row number; text may be categories, and dates are numbers", async () => {
    const { names, notices, chosen } = await forFit(mixed);
    expect(names).toEqual(["name", "x", "day", "y"]);
    expect(chosen.map(({ kind }) => kind)).toEqual(["text", "number", "date", "number"]);
    expect(notices).toEqual(['Left out as a row number: "id".']);
  });

  test("are not those that count from 0 either, but those that count out of order", async () => {
    expect((await forFit("i,x\n0,5\n1,3\n2,4\n")).names).toEqual(["x"]);
    expect((await forFit("i,x\n2,5\n1,3\n3,4\n")).names).toEqual(["i", "x"]);
  });

  test("are the only one even if it counts", async () => {
    expect((await forFit("x\n1\n2\n3\n")).names).toEqual(["x"]);
    expect((await forFit("x\n7\n8\n9\n")).notices).toEqual([]);
  });

  test("are what counts up from elsewhere, which is told of", async () => {
    const content = "my id,x,big\n100,5,1e20\n101,3,1e20\n102,4,1e20\n";
    const { names, notices } = await forFit(content);
    expect(names).toEqual(["my id", "x", "big"]);
    expect(notices).toEqual([
      "Column \"my id\" counts up by one from row to row; leave it out with --exclude 'my id' if it only numbers rows.",
    ]);
    expect((await forFit(content, { columns: ["my id", "x"] })).notices).toEqual([]);
    expect((await forFit("i,x\n2,5\n3,3\n5,4\n")).notices).toEqual([]);
    expect((await forFit("i,x\n2,5\n3,3\n,4\n")).notices).toEqual([]);
  });

  test("are not those without values, nor those of types that nothing is made of", async () => {
    const { names, notices } = await forFit("x,y,\n1.5,2,\n3,-4.25,\n");
    expect(names).toEqual(["x", "y"]);
    expect(notices).toEqual(['Left out, no values: "column2".']);
    const lists = '[{"x":1.5,"l":[1,2]},{"x":3,"l":[3]}]';
    const json = await select(lists, (from) => selectForFit(from, {}), "table.json");
    expect(json.names).toEqual(["x"]);
    expect(json.notices).toEqual(['Left out as neither numbers nor text: "l".']);
  });

  test("keep their gaps, which are judged later", async () => {
    const { names, chosen } = await forFit("x,y\n1,2\n3,\n5,6\n");
    expect(names).toEqual(["x", "y"]);
    expect(chosen[1]).toMatchObject({ missing: 1, firstMissing: { row: 2, cell: "" } });
  });

  test("that leave none", async () => {
    expect(await refused("a,b\nNA,\n,?\n")).toBe(
      'has no column of numbers or categories (it has "a", "b")',
    );
  });
});

describe("--columns and --exclude", () => {
  test("pick, in the order of the option, a row number too", async () => {
    const { names, notices } = await forFit(mixed, { columns: ["y", "id", "name"] });
    expect(names).toEqual(["y", "id", "name"]);
    expect(notices).toEqual([]);
  });

  test("leave out", async () => {
    expect((await forFit(mixed, { exclude: ["x", "name"] })).names).toEqual(["day", "y"]);
    expect(await refused(mixed, { exclude: ["id", "name", "x", "day", "y"] })).toBe(
      "--exclude leaves no column; keep one",
    );
  });

  test("must name columns of the file", async () => {
    expect(await refused(mixed, { columns: ["x", "z"] })).toBe(
      'has no column "z", which --columns names; it has "id", "name", "x", "day", "y"',
    );
    expect(await refused(mixed, { exclude: ["w"] })).toContain(
      'has no column "w", which --exclude names',
    );
  });

  test("must name a column once, and one with values", async () => {
    expect(await refused(mixed, { columns: ["x", "x"] })).toContain('"x" is asked for twice');
    expect(await refused("x,y\n1,\n2,NA\n", { columns: ["y"] })).toBe(
      'column "y" holds no values; name another',
    );
  });

  test("suggest the column that was meant", async () => {
    const slips = {
      columns: ["nmae"],
      exclude: ["nmae"],
      given: ["nmae"],
      types: { nmae: "real" },
    };
    for (const [flag, value] of Object.entries(slips)) {
      const said = `which --${flag === "types" ? "type" : flag} names, did you mean "name"; it has`;
      expect(await refused(mixed, { [flag]: value })).toContain(said);
    }
  });

  test("must leave what --given and --type name", async () => {
    const choice = { columns: ["x", "y"] };
    expect(await refused(mixed, { ...choice, given: ["name"] })).toBe(
      'column "name", which --given names, is not among those that the model is fitted to, "x", "y"; name it with ' +
        "--columns as well",
    );
    expect(await refused(mixed, { ...choice, types: { id: "real" } })).toContain("--type names");
    expect(await refused(mixed, { exclude: ["x"], given: ["x"] })).toMatch(
      /which --given names, .* take it out of --exclude$/,
    );
    expect((await forFit(mixed, { given: ["name"], types: { x: "real" } })).names).toContain(
      "name",
    );
  });

  test("are called by their file where a file names the column", async () => {
    const inFile = (settings: FitChoice) =>
      refused(mixed, { ...settings, config: { path: "c.json", settings } });
    expect(await inFile({ given: ["nmae"] })).toContain('which "given" in c.json names, did you');
    expect(await inFile({ types: { nmae: "real" } })).toContain('which "types" in c.json names');
    expect(await inFile({ columns: ["nmae"] })).toContain('which "columns" in c.json names');
    expect(await inFile({ exclude: ["x"], given: ["x"] })).toMatch(
      /which "given" in c\.json names, .* take it out of "exclude" in c\.json$/,
    );
  });

  test("with a name whose comma made two of it", async () => {
    const content = '"a, b",c\n1.5,2\n3,-4.25\n';
    for (const [choice, flag] of [
      [{ columns: ["a", "b"] }, "--columns"],
      [{ exclude: ["a"] }, "--exclude"],
    ] as const) {
      expect(await refused(content, choice)).toContain(
        `; a name with a comma goes in double quotes: ${flag} '"a, b"'`,
      );
    }
  });
});

describe("slips in a table", () => {
  test("text in a column of numbers names column, row, cell and the way out", async () => {
    expect(await refused("x,y z\n1,2\n3,abc\n5,6\n7,8\n")).toBe(
      'column "y z" has the text "abc" in row 2; correct it, or leave the column out: ' +
        "--exclude 'y z'",
    );
    expect(await refused("x\n1\nabc\n5\nd\n7\n")).toContain(
      '"abc" in row 2, and 1 more cell of text',
    );
  });

  test("a cell of several lines keeps the message on one", async () => {
    expect(await refused('x,y\n1,2\n3,"a\nb"\n5,6\n')).toContain('the text "a\\nb" in row 2');
  });

  test("numbers with commas are not taken for categories in silence", async () => {
    for (const content of ["x;y\n1,5;2\n2,5;3\n", 'x,y\n"1,500",2\n"2,500",3\n']) {
      expect(await refused(content)).toMatch(
        /column "x" writes numbers with commas \("1,5(00)?" in row 1\).*--exclude x$/,
      );
    }
  });

  test("decimal commas in every column are not taken for separators", async () => {
    const numbers = (row: number) => `${row},${234 + row}`;
    const table = (header: string, mark: string, width: number) =>
      [
        header,
        ...Array.from({ length: 12 }, (_, row) => Array(width).fill(numbers(row)).join(mark)),
      ]
        .join("\n")
        .trim();
    for (const [content, name] of [
      [table("x;y", ";", 2), "x"],
      ["x;y\n1,234;0,567\n2,345;1,678\n", "x"],
      [table("Preis;Menge;x", ";", 3), "Preis"],
      [table("x\ty", "\t", 2), "x"],
      [table("", ";", 2), "column0"],
      ["x;y\n1.234,50;2\n2.345,75;3\n", "x"],
    ] as const) {
      for (const choice of [{}, { columns: [name] }]) {
        expect(await refused(content, choice)).toContain(`"${name}" writes numbers with commas`);
      }
    }
  });

  test("semicolons inside the text of a table with commas are text", async () => {
    const content = "x,tags,y\n1.5,a;b,2\n3,c;d,-4.25\n";
    expect((await forFit(content)).names).toEqual(["x", "tags", "y"]);
    expect((await forFit("by A; B\n\nx,y\n1.5,2\n3,-4.25\n")).names).toEqual(["x", "y"]);
  });

  test("two columns of one name", async () => {
    const content = "x,y,x\n1,2,3\n3,4,7\n";
    expect(await refused(content)).toBe(
      'two columns are named "x"; rename one, or leave both out: --exclude x',
    );
    expect((await forFit(content, { exclude: ["x"] })).names).toEqual(["y"]);
    expect((await forFit(content, { columns: ["y"] })).names).toEqual(["y"]);
  });
});

describe("text that writes dates and times", () => {
  const content =
    "Date,Time,x,d\n16/12/2006,17:24:00,1,1.2.03\n2/1/2007,,2,?\n3/1/2007,9:05:30,4,3.4.05\n";

  test("is told of with the query that reads it", async () => {
    const { notices, names } = await forFit(content);
    expect(names).toEqual(["Date", "Time", "x", "d"]);
    expect(notices).toHaveLength(1);
    const [notice = ""] = notices;
    expect(notice).toMatch(
      /^"Date" \(%d\/%m\/%Y\) and "Time" \(time of day\) and "d" \(%d\.%m\.%y or %m\.%d\.%y, no row says which\) look like/,
    );
    expect(notice).toMatch(/" --type 'Time=circular\(0, 24\)'\.$/);
    const sql = /--sql "(.*)" --type/.exec(notice)?.[1]?.replaceAll('\\"', '"') ?? "";
    const from = await openData({ sql });
    try {
      const kinds = from.columns.map(({ name, kind }) => [name, kind]);
      expect(Object.fromEntries(kinds)).toEqual({
        Date: "date",
        Time: "number",
        x: "number",
        d: "date",
      });
      const { columns } = await from.read(from.columns);
      expect([...(columns[0]?.cells ?? [])]).toEqual([13498, 13515, 13516]);
      expect(columns[1]?.cells[0]).toBeCloseTo(17.4, 9);
      expect(columns[1]?.cells[1]).toBeNaN();
    } finally {
      from.close();
    }
  });

  test("is told of before all else, and of a query's columns with the query", async () => {
    const { notices } = await forFit(`id,none,${content.replaceAll("\n", "\n7,,").slice(0, -3)}`);
    expect(notices[0]).toMatch(/^"Date" .* look like dates or times/);
    expect(notices).toContain('Left out, no values: "none".');
    const query = "SELECT '13/1/2024' AS d, 2 AS x";
    const from = await openData({ sql: `${query};` });
    const [notice] = selectForFit(from, {}).notices;
    from.close();
    expect(notice).toContain(`::date as \\"d\\") from (${query})".`);
  });

  test("is not told of where it is said to be a category, or is no time throughout", async () => {
    const types = { Date: "category", Time: "category", d: "category" };
    expect((await forFit(content, { types })).notices).toEqual([]);
    expect((await forFit("t,x\n1/2/2003,2\n1/2,2\n3/4,4\n")).notices).toEqual([]);
    expect((await forFit("t,x\n31/31/2003,2\n1/2/2003,2\n")).notices).toEqual([]);
  });

  test("is refused with the query where the model has times", async () => {
    const field: Field = { name: "Date", type: "number", kind: "date" };
    expect(await refusal(forModel(content, [field]))).toMatch(
      /holds no dates or times where the model was fitted to a date; "Date" .* --sql "select \* replace/,
    );
  });

  test("is refused with one query for all columns that the model has as times or hours", async () => {
    const fields: Field[] = [
      { name: "Date", type: "number", kind: "date" },
      { name: "Time", type: "number", kind: "number" },
      { name: "d", type: "category", kind: "text", values: [] },
    ];
    for (const some of [fields, fields.slice(1), fields.toReversed()]) {
      const message = await refusal(forModel(content, some));
      expect(message).toMatch(/replace \((try_strptime\(.*)?epoch\(try_cast\(\\"Time\\" as time/);
      expect(message.includes('\\"Date')).toBe(some.includes(fields[0] as Field));
      expect(message).not.toMatch(/--type|\\"d\\"/);
    }
    const sql = "SELECT TIME '12:00' AS Time, '13/1/2024' AS Date";
    const from = await openData({ sql });
    const both =
      /"(Time|Date)" \(.* and "(Time|Date)" \(.* as \\"(Time|Date)\\", .* as \\"(Time|Date)\\"\) from/;
    expect(() => selectForModel(from, fields.slice(0, 2), {})).toThrow(both);
    expect(() => selectForFit(from, { columns: ["Date", "Time"] })).toThrow(both);
    from.close();
  });
});

test("a time of day that is excluded is not told of", async () => {
  const from = await openData({
    sql: "SELECT i AS x, TIME '12:00' AS tt FROM (VALUES (2), (5)) t(i)",
  });
  const { notices } = selectForFit(from, {});
  expect(notices.join()).toContain('"tt" (time of day)');
  expect(selectForFit(from, { exclude: ["tt"] }).notices).toEqual([]);
  from.close();
});

describe("columns that are kept", () => {
  const content = "id,big,name,x,day\n007,9007199254740993,a,1,2024-01-01\n008,2,?,2,\n";
  const x: Field = { name: "x", type: "number", kind: "number" };
  const keep = async (...names: string[]) => {
    const path = join(folder, "table.csv");
    writeFileSync(path, content);
    const from = await openData({ path });
    try {
      const kept = await selectKept(from, [x], names);
      const { columns } = await from.read(kept);
      return columns.map(({ name, kind, cells }) => [name, kind, ...cells]);
    } finally {
      from.close();
    }
  };

  test("are the text of the file, empty cells empty", async () => {
    expect(await keep("name", "id", "big", "day")).toEqual([
      ["name", "text", "a", "?"],
      ["id", "text", "007", "008"],
      ["big", "text", "9007199254740993", "2"],
      ["day", "text", "2024-01-01", null],
    ]);
  });

  test.each([
    ["1.10", "1"],
    ["NA", "7"],
    ["TRUE", "false"],
    [" 3", "4"],
    ["-0", "1e3"],
  ])("are not changed: %j beside %j", async (...cells) => {
    const path = join(folder, "codes.csv");
    writeFileSync(path, `id,x\n${cells.map((cell, row) => `${cell},${row}`).join("\n")}\n,3\n`);
    const from = await openData({ path });
    const { columns } = await from.read(await selectKept(from, [x], ["id"]));
    from.close();
    expect(columns[0]?.cells).toEqual([...cells, null]);
  });

  test("are text where their type holds more than a number does", async () => {
    const values =
      "123456789012345678901.123456789::DECIMAL(30, 9) AS wide, 0.25::DECIMAL(9, 2) AS narrow, " +
      "9007199254740993 AS big, 3 AS small, 1e20::DOUBLE AS float, " +
      "TIMESTAMP_NS '2024-01-01 00:00:00.123456789' AS ns, 1 AS x";
    const from = await openData({ sql: `SELECT ${values}` });
    const names = ["wide", "narrow", "big", "small", "float", "ns"];
    const { columns } = await from.read(await selectKept(from, [x], names));
    from.close();
    expect(columns.map(({ cells }) => cells[0])).toEqual([
      "123456789012345678901.123456789",
      0.25,
      "9007199254740993",
      3,
      1e20,
      "2024-01-01 00:00:00.123456789",
    ]);
  });

  test("are numbers where these are whole and written the same, gaps or not", async () => {
    const path = join(folder, "numbers.csv");
    writeFileSync(path, "id,x\n7,1\n,2\n10,3\n");
    const from = await openData({ path });
    const [kept] = await selectKept(from, [x], ["id"]);
    from.close();
    expect(kept?.kind).toBe("number");
  });

  test("must be there, once, and none of the model's", async () => {
    expect(await refusal(keep("nam"))).toMatch(/which --keep names, did you mean "name"; it has/);
    expect(await refusal(keep("id", "id"))).toContain('"id" is asked for twice');
    expect(await refusal(keep("x"))).toContain("a column of the model, which is written anyway");
  });
});

describe("columns that a model needs", () => {
  const content = "extra,b,a\nx,1.5,2\ny,1.5,-4.25\n";
  const number = (name: string): Field => ({ name, type: "number", kind: "number" });
  const category: Field = { name: "extra", type: "category", kind: "text", values: ["x", "y"] };

  test("are picked by name, in the model's order; constant ones too", async () => {
    const { names, notices } = await forModel(content, [number("a"), number("b")]);
    expect(names).toEqual(["a", "b"]);
    expect(notices).toEqual(['Not in the model: "extra".']);
  });

  test("can be named on the command line, as many as there are", async () => {
    const renamed = await forModel(content, [number("x")], { columns: ["b"] });
    expect(renamed.names).toEqual(["b"]);
    expect(await refusal(forModel(content, [number("x")], { columns: ["a", "b"] }))).toBe(
      '--columns names 2 columns where the model has 1: "x"',
    );
  });

  test("are refused with the list of what there is where one is not there", async () => {
    expect(await refusal(forModel(content, [number("a"), number("c")]))).toBe(
      'has no column "c", which the model needs; it has "extra", "b", "a"',
    );
  });

  test("are text where the model has categories, even if they look like numbers", async () => {
    expect((await forModel(content, [category])).chosen[0]?.kind).toBe("text");
    const codes = await forModel("extra\n01\n2\n", [category]);
    expect(codes.chosen[0]?.kind).toBe("text");
    expect(await refusal(forModel(content, [number("extra")]))).toContain(
      'column "extra" has the text "x" in row 1, and 1 more cell of text',
    );
  });
});
