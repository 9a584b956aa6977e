import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DataError } from "pushforward";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openData } from "../../src/table/open-data.ts";
import { selectForFit } from "../../src/table/select-columns.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-csv-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: string | Uint8Array, name = "table.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readColumns(path: string) {
  const data = await openData({ path });
  try {
    return { data, ...(await data.read(data.columns)) };
  } finally {
    data.close();
  }
}

async function readFile(path: string) {
  const { data, columns } = await readColumns(path);
  return {
    names: columns.map(({ name }) => name),
    rows: data.rows,
    cells: columns.map(({ cells }) => [...cells]),
    notices: data.notices,
  };
}

const read = (content: string | Uint8Array) => readFile(write(content));

/** The message of the error that reading must throw: one line that starts with the file's path. */
async function refusal(path: string): Promise<string> {
  const error = await readFile(path).then(
    () => expect.unreachable("the table was read"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  expect(message).not.toContain("\n");
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message.slice(path.length + 2);
}

const refused = (content: string | Uint8Array) => refusal(write(content));

describe("formats", () => {
  const plain = {
    names: ["x", "y"],
    rows: 2,
    cells: [
      [1.5, 3],
      [2, -4.25],
    ],
    notices: [],
  };

  test.each([
    ["commas", "x,y\n1.5,2\n3,-4.25\n"],
    ["no newline at the end", "x,y\n1.5,2\n3,-4.25"],
    ["Windows line ends", "x,y\r\n1.5,2\r\n3,-4.25\r\n"],
    ["a byte order mark", "\ufeffx,y\n1.5,2\n3,-4.25\n"],
    ["semicolons", "x;y\r\n1.5;2\r\n3;-4.25\r\n"],
    ["tabs", "x\ty\n1.5\t2\n3\t-4.25\n"],
    ["single spaces", "x y\n1.5 2\n3 -4.25\n"],
    ["runs of blanks", "x      y\n 1.5    2\n   3 -4.25  \n"],
    ["blanks and tabs, below comments", "# a  b\n\n  x  y\r\n\r\n 1.5 \t 2\r\n 3 \t -4.25\r\n"],
    ["quotes", '"x","y"\n"1.5",2\n3,"-4.25"\n'],
    ["blanks around cells", "x, y\n1.5, 2\n 3, -4.25 \n"],
    ["exponents", "x,y\n15e-1,+2.\n3E0,-4.25\n"],
    ["comments above", '# a, b, 5"\n\n # d\nx,y\n1.5,2\n3,-4.25\n'],
    ["blank lines", "x,y\n\n1.5,2\n\n3,-4.25\n\n\n"],
    ["empty rows at the end", "x,y\n1.5,2\n3,-4.25\n,\n,\n"],
  ])("%s", async (_, content) => {
    expect(await read(content)).toEqual(plain);
  });

  test("gzipped, whatever the name says", async () => {
    expect(await read(gzipSync("x,y\n1.5,2\n3,-4.25\n"))).toEqual(plain);
    expect(await readFile(write("x,y\n1.5,2\n3,-4.25\n", "plain.csv.gz"))).toEqual(plain);
  });

  test("numbers with runs of blanks between them, without a header, with gaps, gzipped", async () => {
    const content = "\n  1.5   2\n  NA  -4.25\n\n";
    for (const bytes of [content, gzipSync(content)]) {
      expect(await read(bytes)).toMatchObject({
        names: ["column0", "column1"],
        rows: 2,
        cells: [
          [1.5, Number.NaN],
          [2, -4.25],
        ],
      });
    }
    const lines = "  1   2\n  3   4\n".repeat(30);
    expect(await refused(`${lines}5  6  7\n`)).toBe(
      "line 61 has 3 fields where 2 fields are expected; every row needs as many fields as the first, blanks " +
        "between them",
    );
  });

  test("tabs with blanks around cells, or an empty cell, are tabs", async () => {
    const { cells } = await read("x\ty\tz\n1.5 \t\t2\n3\t\t-4.25\n");
    expect(cells).toEqual([plain.cells[0], [Number.NaN, Number.NaN], plain.cells[1]]);
  });

  test("quotes, separators and line ends inside names and text", async () => {
    const { names, cells } = await read(
      '"a, b","c ""d""",note\n1.5,2,"x\ny"\n3,-4.25,"z, ""w"""\n',
    );
    expect(names).toEqual(["a, b", 'c "d"', "note"]);
    expect(cells).toEqual([...plain.cells, ["x\ny", 'z, "w"']]);
  });

  test("a quote that first appears after the rows that the sniffer looks at", async () => {
    const { rows, cells } = await read(`x,y\n${"1,2\n".repeat(30_000)}"3",4\n`);
    expect(rows).toBe(30_001);
    expect(cells.map((column) => column.at(-1))).toEqual([3, 4]);
  });

  test("without a header the columns are numbered", async () => {
    const names = ["column0", "column1"];
    const notices = ['No header line was found: the columns are called "column0", "column1".'];
    expect(await read("1.5,2\n3,-4.25\n")).toEqual({ ...plain, names, notices });
    // Decimals above whole numbers differ in type, which is no reason to take them for names.
    expect(await read("1.5,2\n3,4\n")).toMatchObject({
      names,
      rows: 2,
      cells: [
        [1.5, 3],
        [2, 4],
      ],
    });
    expect(await read("NA,2.5\n3,4\n")).toMatchObject({
      names,
      cells: [
        [Number.NaN, 3],
        [2.5, 4],
      ],
    });
    expect(await read("a,2.5\nb,4\n")).toMatchObject({
      names,
      cells: [
        ["a", "b"],
        [2.5, 4],
      ],
    });
  });

  test("below the header, a line that begins with # is a row", async () => {
    expect(await read("# colours\nc,x\n#f00,1\nred,2\n#a,3\n")).toMatchObject({
      names: ["c", "x"],
      cells: [
        ["#f00", "red", "#a"],
        [1, 2, 3],
      ],
      notices: [],
    });
    expect(await read("x,c\n1,#f00\n2,# b\n")).toMatchObject({ rows: 2 });
    expect(await refused("x,y\n1.5,2\n# in between\n3,4\n")).toContain("line 3 has 1 field");
  });

  test("comments above are skipped whatever else there is", async () => {
    const above = "# one\r\n# two, three\r\n";
    expect(await read(`\ufeff${above}1.5,2\r\n3,-4.25\r\n`)).toMatchObject({
      names: ["column0", "column1"],
      rows: 2,
    });
    expect(await read(gzipSync(`${above}x,y\r\n1.5,2\r\n3,-4.25\r\n`))).toEqual(plain);
    expect(
      await read(`${above}measured in 2024\r\n\r\nx,y\r\n1,2\r\n3,4\r\n5,6\r\n`),
    ).toMatchObject({
      names: ["x", "y"],
      rows: 3,
      notices: ["Skipped 2 lines above the table."],
    });
    expect(await refused(`${above}x,y\r\n1,2\r\n3,4\r\n5,6,7\r\n`)).toContain(
      "line 6 has 3 fields",
    );
  });

  test("a comment that opens a quote is refused, for lines would go with it", async () => {
    expect(await refused('# a\n# b, "c\nx,y\n1,"2"\n3,"4"\n')).toMatch(
      /^line 2 is a comment that opens/,
    );
    expect((await read('# b, "c"\n# 5" wide\nx,y\n1,"2"\n3,"4"\n')).rows).toBe(2);
  });

  test("a year can name a column", async () => {
    expect((await read("x,2023,2024\n4,1.5,2.5\n2,3.5,4\n")).names).toEqual(["x", "2023", "2024"]);
  });

  test("a column without a name is numbered", async () => {
    expect((await read('"",x\n5,1\n3,4\n')).names).toEqual(["column0", "x"]);
  });

  test("one column, with and without a header", async () => {
    expect(await read("x\n3\n1\n\n")).toMatchObject({ names: ["x"], rows: 2, cells: [[3, 1]] });
    expect(await read("3\n1\n")).toMatchObject({ names: ["column0"], rows: 2 });
    expect(await read("waiting time\n3.5\n1\n")).toMatchObject({ names: ["waiting time"] });
  });

  test("one row can be read (scores need no more)", async () => {
    expect(await read("x,y\n1.5,2\n")).toMatchObject({ rows: 1, cells: [[1.5], [2]] });
  });

  test("lines above the table are skipped and mentioned", async () => {
    const table = await read("measured in 2024\n\nx,y\n1.5,2\n3,-4.25\n");
    expect(table.names).toEqual(["x", "y"]);
    expect(table.notices).toEqual(["Skipped 2 lines above the table."]);
  });

  test("rows keep their order in a large file", async () => {
    const numbers = Array.from({ length: 150_000 }, (_, i) => (i * 7919) % 150_001);
    expect((await read(`x\n${numbers.join("\n")}\n`)).cells).toEqual([numbers]);
  });

  test("numbers are read as doubles", async () => {
    const { cells } = await read("x\n0.1\n123456789.12345679\n-1e-300\n");
    expect(cells).toEqual([[0.1, 123456789.12345679, -1e-300]]);
  });
});

describe("names are never code or patterns", () => {
  test("a file named like a pattern or a statement", async () => {
    write("q\n1\n2\n", "table1.csv");
    for (const name of ["table[1]*?.csv", "x'); DROP TABLE cells; --.csv", "ünïcode 表.csv"]) {
      const { cells } = await readFile(write("x,y\n1.5,2\n3,-4.25\n", name));
      expect(cells).toEqual([
        [1.5, 3],
        [2, -4.25],
      ]);
    }
  });

  test("a column named like a statement", async () => {
    const name = "'); DROP TABLE cells; --";
    const { names, cells } = await read(`x,"${name}"\n1.5,2\n3,-4.25\n`);
    expect(names).toEqual(["x", name]);
    expect(cells[1]).toEqual([2, -4.25]);
  });

  test("an address is a file name that does not exist", async () => {
    expect(await refusal("https://example.org/data.csv")).toBe(
      "no such file; check the name (and the folder)",
    );
  });
});

describe("cells that are missing", () => {
  test("among numbers are counted, and the first one kept", async () => {
    const words = ["", "NA", "NaN", "?", "null", "none", "N/A", "#N/A", " na ", "inf", "-Infinity"];
    const all = [...words, "1e400"];
    const row = (cell: (word: string) => unknown) => `${all.map(cell).join(",")}\n`;
    const names = row((word) => `c${all.indexOf(word)}`);
    const content =
      names + row(() => 2.5) + row((word) => word) + row(() => 6) + row((word) => word);
    const { data, columns } = await readColumns(write(content + row(() => 8)));
    for (const [i, word] of all.entries()) {
      const column = data.columns[i];
      expect(column, word).toMatchObject({ kind: "number", numbers: 3, missing: 2, text: 0 });
      expect(column?.firstMissing).toEqual({ row: 2, cell: word });
      expect([...(columns[i]?.cells ?? [])]).toEqual([2.5, Number.NaN, 6, Number.NaN, 8]);
    }
  });

  test("among text are the same words, and no numbers", async () => {
    const content = "x,y\n1,a\n2,NA\n3,inf\n4,\n5,b\n";
    expect((await read(content)).cells[1]).toEqual(["a", null, "inf", null, "b"]);
  });
});

describe("files that are no tables", () => {
  test("missing", async () => {
    expect(await refusal(join(folder, "absent.csv"))).toContain("no such file");
  });

  test("a folder", async () => {
    const path = join(folder, "a folder");
    mkdirSync(path, { recursive: true });
    expect(await refusal(path)).toBe("is a folder; name a file");
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
    ["small/abalone.csv", [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `column${i}`), 4177],
  ] as const)("%s", async ([name, names, rows], { skip }) => {
    skip(!existsSync(join(data, name)), `${join(data, name)} is absent`);
    const source = await openData({ path: join(data, name) });
    const { chosen } = selectForFit(source, {});
    source.close();
    const numbers = chosen.filter(({ kind }) => kind === "number");
    expect(numbers.map((column) => column.name)).toEqual(names);
    expect(source.rows).toBe(rows);
  });
});
