import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DataError } from "pushforward";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ReadTableOptions, readTable } from "../../src/table/read-table.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-table-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: string | Uint8Array, name = "table.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(content: string | Uint8Array, options?: ReadTableOptions) {
  const { names, rows, values, notices } = await readTable(write(content), options);
  return { names, rows, values: [...values], notices };
}

/** The message of the error that reading must throw: one line that starts with the file's path. */
async function refusal(path: string, options?: ReadTableOptions): Promise<string> {
  const error = await readTable(path, options).then(
    () => expect.unreachable("the table was read"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  expect(message).not.toContain("\n");
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message.slice(path.length + 2);
}

const refused = (content: string | Uint8Array, options?: ReadTableOptions) =>
  refusal(write(content), options);

describe("formats", () => {
  const plain = { names: ["x", "y"], rows: 2, values: [1.5, 2, 3, -4.25], notices: [] };

  test.each([
    ["commas", "x,y\n1.5,2\n3,-4.25\n"],
    ["no newline at the end", "x,y\n1.5,2\n3,-4.25"],
    ["Windows line ends", "x,y\r\n1.5,2\r\n3,-4.25\r\n"],
    ["a byte order mark", "\ufeffx,y\n1.5,2\n3,-4.25\n"],
    ["semicolons", "x;y\r\n1.5;2\r\n3;-4.25\r\n"],
    ["tabs", "x\ty\n1.5\t2\n3\t-4.25\n"],
    ["single spaces", "x y\n1.5 2\n3 -4.25\n"],
    ["quotes", '"x","y"\n"1.5",2\n3,"-4.25"\n'],
    ["blanks around cells", "x, y\n1.5, 2\n 3, -4.25 \n"],
    ["exponents", "x,y\n15e-1,+2.\n3E0,-4.25\n"],
    ["comments", "# a, b, c\n# d\nx,y\n1.5,2\n# in between\n3,-4.25\n"],
    ["blank lines", "x,y\n\n1.5,2\n\n3,-4.25\n\n\n"],
    ["empty rows at the end", "x,y\n1.5,2\n3,-4.25\n,\n,\n"],
  ])("%s", async (_, content) => {
    expect(await read(content)).toEqual(plain);
  });

  test("gzipped, whatever the name says", async () => {
    expect(await read(gzipSync("x,y\n1.5,2\n3,-4.25\n"))).toEqual(plain);
    const misnamed = await readTable(write("x,y\n1.5,2\n3,-4.25\n", "plain.csv.gz"));
    expect(misnamed.names).toEqual(["x", "y"]);
  });

  test("quotes, separators and line ends inside names and text", async () => {
    const { names, values } = await read(
      '"a, b","c ""d""",note\n1.5,2,"x\ny"\n3,-4.25,"z, ""w"""\n',
    );
    expect(names).toEqual(["a, b", 'c "d"']);
    expect(values).toEqual(plain.values);
  });

  test("a quote that first appears after the rows that the sniffer looks at", async () => {
    const { rows, values } = await read(`x,y\n${"1,2\n".repeat(30_000)}"3",4\n`);
    expect(rows).toBe(30_001);
    expect(values.slice(-2)).toEqual([3, 4]);
  });

  test("without a header the columns are numbered", async () => {
    const names = ["column0", "column1"];
    const notices = ['No header line was found: the columns are called "column0", "column1".'];
    expect(await read("1.5,2\n3,-4.25\n")).toEqual({ ...plain, names, notices });
    // Decimals above whole numbers differ in type, which is no reason to take them for names.
    expect(await read("1.5,2\n3,4\n")).toMatchObject({ names, rows: 2, values: [1.5, 2, 3, 4] });
    expect(await read("NA,2.5\n3,4\n", { dropMissing: true })).toMatchObject({ names, rows: 1 });
    expect(await read("a,2.5\nb,4\n")).toMatchObject({ names: ["column1"], rows: 2 });
  });

  test("a year can name a column", async () => {
    expect((await read("x,2023,2024\n4,1.5,2.5\n2,3.5,4\n")).names).toEqual(["x", "2023", "2024"]);
  });

  test("a column without a name is numbered", async () => {
    expect((await read('"",x\n5,1\n3,4\n')).names).toEqual(["column0", "x"]);
  });

  test("one column, with and without a header", async () => {
    expect(await read("x\n3\n1\n\n")).toMatchObject({ names: ["x"], rows: 2, values: [3, 1] });
    expect(await read("3\n1\n")).toMatchObject({ names: ["column0"], rows: 2 });
    expect(await read("waiting time\n3.5\n1\n")).toMatchObject({ names: ["waiting time"] });
  });

  test("one row can be read (scores need no more)", async () => {
    expect(await read("x,y\n1.5,2\n")).toMatchObject({ rows: 1, values: [1.5, 2] });
  });

  test("lines above the table are skipped and mentioned", async () => {
    const table = await read("measured in 2024\n\nx,y\n1.5,2\n3,-4.25\n");
    expect(table.names).toEqual(["x", "y"]);
    expect(table.notices).toEqual(["Skipped 2 lines above the table."]);
  });

  test("rows keep their order in a large file", async () => {
    const numbers = Array.from({ length: 150_000 }, (_, i) => (i * 7919) % 150_001);
    const { values } = await read(`x\n${numbers.join("\n")}\n`);
    expect(values).toEqual(numbers);
  });

  test("numbers are read as doubles", async () => {
    const { values } = await read("x\n0.1\n123456789.12345679\n-1e-300\n");
    expect(values).toEqual([0.1, 123456789.12345679, -1e-300]);
  });
});

describe("names are never code or patterns", () => {
  test("a file named like a pattern or a statement", async () => {
    write("q\n1\n2\n", "table1.csv");
    for (const name of ["table[1]*?.csv", "x'); DROP TABLE cells; --.csv", "ünïcode 表.csv"]) {
      const { values } = await readTable(write("x,y\n1.5,2\n3,-4.25\n", name));
      expect([...values]).toEqual([1.5, 2, 3, -4.25]);
    }
  });

  test("a column named like a statement", async () => {
    const name = "'); DROP TABLE cells; --";
    const { names, values } = await read(`x,"${name}"\n1.5,2\n3,-4.25\n`, { columns: [name] });
    expect(names).toEqual([name]);
    expect(values).toEqual([2, -4.25]);
  });

  test("an address is a file name that does not exist", async () => {
    expect(await refusal("https://example.org/data.csv")).toBe(
      "no such file; check the name (and the folder)",
    );
  });
});

describe("columns", () => {
  const mixed = "id,name,x,day,y\n1,a,1.5,2024-01-01,7\n2,b,2.5,2024-01-02,9\n3,,4,2024-01-03,7\n";

  test("text and a row number are left out with notices", async () => {
    expect(await read(mixed)).toEqual({
      names: ["x", "y"],
      rows: 3,
      values: [1.5, 7, 2.5, 9, 4, 7],
      notices: ['Left out as a row number: "id".', 'Left out as text: "name", "day".'],
    });
  });

  test("a row number counted from 0 is left out as well, one out of order is not", async () => {
    expect((await read("i,x\n0,5\n1,3\n2,4\n")).names).toEqual(["x"]);
    expect((await read("i,x\n2,5\n1,3\n3,4\n")).names).toEqual(["i", "x"]);
  });

  test("the only column is kept even if it counts", async () => {
    expect((await read("x\n1\n2\n3\n")).names).toEqual(["x"]);
  });

  test("--columns picks, in its order, a row number too", async () => {
    const table = await read(mixed, { columns: ["y", "id"] });
    expect(table).toEqual({ names: ["y", "id"], rows: 3, values: [7, 1, 9, 2, 7, 3], notices: [] });
  });

  test("--columns with a name that the file lacks", async () => {
    expect(await refused(mixed, { columns: ["x", "z"] })).toBe(
      'has no column "z", which --columns names; it has "id", "name", "x", "day", "y"',
    );
  });

  test("--columns with a column of text", async () => {
    expect(await refused(mixed, { columns: ["name"] })).toBe(
      'column "name" holds text ("a" in row 1); only columns of numbers can be used',
    );
  });

  test("--columns that names one column twice", async () => {
    expect(await refused(mixed, { columns: ["x", "x"] })).toContain('"x" is asked for twice');
  });

  test("--exclude leaves out, and must name columns of the file", async () => {
    expect((await read(mixed, { exclude: ["x", "name"] })).names).toEqual(["y"]);
    expect(await refused(mixed, { exclude: ["w"] })).toContain(
      'has no column "w", which --exclude names',
    );
    expect(await refused(mixed, { exclude: ["id", "name", "x", "day", "y"] })).toBe(
      "--exclude leaves no column; keep one of numbers at least",
    );
  });

  test("a name with a comma that was taken for two", async () => {
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

  test("no column of numbers", async () => {
    expect(await refused("a,b\nx,y\nz,w\n")).toBe('has no column of numbers (it has "a", "b")');
  });

  test("a column without values is left out", async () => {
    const table = await read("x,y,\n1.5,2,\n3,-4.25,\n");
    expect(table.names).toEqual(["x", "y"]);
    expect(table.notices).toEqual(['Left out, no values: "column2".']);
  });

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

  test("numbers with commas are not taken for text in silence", async () => {
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
      for (const options of [{}, { columns: [name] }]) {
        expect(await refused(content, options)).toContain(`"${name}" writes numbers with commas`);
      }
    }
  });

  test("semicolons inside the text of a table with commas are text", async () => {
    const content = "x,tags,y\n1.5,a;b,2\n3,c;d,-4.25\n";
    expect((await read(content)).names).toEqual(["x", "y"]);
    expect((await read("by A; B\n\nx,y\n1.5,2\n3,-4.25\n")).names).toEqual(["x", "y"]);
  });

  test("two columns of one name", async () => {
    expect(await refused("x,y,x\n1,2,3\n3,4,7\n")).toBe(
      'two columns are named "x"; rename one, or leave both out: --exclude x',
    );
    expect((await read("x,y,x\n1,2,3\n3,4,7\n", { exclude: ["x"] })).names).toEqual(["y"]);
    expect((await read("x,y,x\n1,2,3\n3,4,7\n", { columns: ["y"] })).names).toEqual(["y"]);
  });
});

describe("missing and extreme cells", () => {
  test.each([
    ["", "empty"],
    ["NA", '"NA"'],
    ["NaN", '"NaN"'],
    ["?", '"?"'],
    ["null", '"null"'],
    ["N/A", '"N/A"'],
    ["inf", '"inf"'],
    ["-Infinity", '"-Infinity"'],
    ["1e400", '"1e400"'],
  ])("a cell %j", async (cell, shown) => {
    const content = `x,y\n1,2\n3,${cell}\n5,6\n7,${cell}\n9,8\n`;
    expect(await refused(content)).toBe(
      `column "y" lacks a finite number in 2 of 5 rows, first in row 2 (${shown}); leave such ` +
        "rows out with --drop-missing, or the column: --exclude y",
    );
    expect(await read(content, { dropMissing: true })).toEqual({
      names: ["x", "y"],
      rows: 3,
      values: [1, 2, 5, 6, 9, 8],
      notices: ["Left out, a cell is missing: 2 rows."],
    });
    expect((await read(content, { exclude: ["y"] })).rows).toBe(5);
  });

  test("--drop-missing minds the columns in use only", async () => {
    const { rows } = await read("x,y\n1,2\n3,\n2,6\n", { dropMissing: true, columns: ["x"] });
    expect(rows).toBe(3);
  });

  test("--drop-missing that leaves nothing", async () => {
    expect(await refused("x,y\n1,\n,2\n", { dropMissing: true })).toContain(
      "every row lacks a number in some column",
    );
  });

  test("a magnitude beyond float32", async () => {
    expect(await refused("x,y\n1,2\n3,-1e300\n5,6\n")).toBe(
      'column "y" holds -1e+300 in row 2, beyond the largest magnitude of 1e+30; correct or ' +
        "rescale it, or leave the column out: --exclude y",
    );
    expect((await read("x\n-1e30\n1e30\n")).rows).toBe(2);
  });
});

describe("columns that a model needs", () => {
  const content = "extra,b,a\nx,1.5,2\ny,1.5,-4.25\n";

  test("are picked by name, in the model's order; constant ones too", async () => {
    expect(await read(content, { needed: ["a", "b"] })).toEqual({
      names: ["a", "b"],
      rows: 2,
      values: [2, 1.5, -4.25, 1.5],
      notices: ['Not in the model: "extra".'],
    });
  });

  test("a missing one is refused with the list of what there is", async () => {
    expect(await refused(content, { needed: ["a", "c"] })).toBe(
      'has no column "c", which the model needs; it has "extra", "b", "a"',
    );
  });

  test("one that holds text is refused", async () => {
    expect(await refused(content, { needed: ["extra"] })).toContain('column "extra" holds text');
  });
});

describe("files that are no tables", () => {
  test("missing", async () => {
    expect(await refusal(join(folder, "absent.csv"))).toContain("no such file");
  });

  test("a folder", async () => {
    const path = join(folder, "a folder");
    mkdirSync(path, { recursive: true });
    expect(await refusal(path)).toBe("is a folder; name a CSV or TSV file");
  });

  test.each([
    ["empty", ""],
    ["blank", "\n \n\n"],
    ["empty and gzipped", gzipSync("")],
  ])("%s", async (_, content) => {
    expect(await refused(content)).toContain("is empty; a table has a header line and rows");
  });

  test.each(["x,y\n", "x\n", "x,y", "# only comments above\nx,y\n"])(
    "header only: %j",
    async (content) => {
      expect(await refused(content)).toBe("has a header line but no rows; add rows of numbers");
    },
  );

  test("binary", async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 131) % 256);
    expect(await refused(bytes)).toContain("is binary; a table is a CSV or TSV file");
  });

  test("text that is not UTF-8", async () => {
    expect(await refused(Buffer.from("caf\xe9,y\n1,2\n3,4\n", "latin1"))).toContain("not UTF-8");
  });

  test("damaged gzip data", async () => {
    const whole = gzipSync("x,y\n1,2\n".repeat(50));
    expect(await refused(whole.subarray(0, whole.length - 12))).toContain("gzip");
  });

  test.each([
    ["short", "x,y\n1,2\n3\n4,5\n", "line 3 has 1 field where 2 fields are expected"],
    ["long", "x,y\n1,2\n3,4,9\n4,5\n", "line 3 has 3 fields where 2 fields are expected"],
  ])("a row that is too %s", async (_, content, message) => {
    expect(await refused(content)).toContain(message);
  });

  test("a quote that never closes", async () => {
    expect(await refused('x,y\n1,2\n3,"4\n5,6\n')).toContain("quote");
  });
});

describe("tables of the world", () => {
  const data = resolve(dirname(fileURLToPath(import.meta.url)), "../../../../../shared/data");

  test.for([
    ["small/faithful.csv", ["eruptions", "waiting"], 272],
    ["small/galaxies.csv", ["dat"], 82],
    ["earth/quakes_all.csv", ["LATITUDE", "LONGITUDE"], 6120],
    ["earth/fire.csv", ["column0", "column1"], 12_809],
    ["small/diamonds.csv.gz", ["carat", "depth", "table", "price", "x", "y", "z"], 53_940],
    ["small/abalone.csv", [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `column${i}`), 4177],
  ] as const)("%s", async ([name, names, rows], { skip }) => {
    skip(!existsSync(join(data, name)), `${join(data, name)} is absent`);
    const table = await readTable(join(data, name));
    expect(table.names).toEqual(names);
    expect(table.rows).toBe(rows);
  });
});
