import { describe, expect, test } from "vitest";
import { pairColumns, readTable } from "../src/data/read-table.ts";

const fileOf = (text: string | Uint8Array) => new File([text as BlobPart], "t.csv");
const read = (text: string | Uint8Array) => readTable(fileOf(text));

/** Lines of two numbers. */
const body = (count: number, row = (i: number) => `${i},${i * i}`) =>
  Array.from({ length: count }, (_, i) => `${row(i)}\n`).join("");

const firstOf = async (text: string) => {
  const { columns } = await read(text);
  return columns.map(({ name, values }) => [name, values[0], values[1]]);
};

describe("tables that are read", () => {
  test.each([
    ["commas", `a,b\n${body(30, (i) => `${i + 0.5},${-i}`)}`],
    ["semicolons", `a;b\n${body(30, (i) => `${i + 0.5};${-i}`)}`],
    ["tabs", `a\tb\n${body(30, (i) => `${i + 0.5}\t${-i}`)}`],
    ["decimal commas", `a;b\n${body(30, (i) => `${i},5;-${i},0`)}`],
    ["a byte order mark", `\uFEFFa,b\n${body(30, (i) => `${i + 0.5},${-i}`)}`],
    ["lines that end as on Windows", `"a",b\r\n${body(30, (i) => `"${i}.5","${-i}"\r`)}`],
    [
      "lines that end as on old Macs",
      `a,b\n${body(30, (i) => `${i}.5,${-i}`)}`.replaceAll("\n", "\r"),
    ],
    ["spaces around cells", `a , b\n${body(30, (i) => ` ${i}.5 , ${-i} `)}`],
    ["powers of ten", `a,b\n${body(30, (i) => `${i}5e-1,-.${i}E+${String(i).length}`)}`],
  ])("%s", async (_, text) => {
    expect(await firstOf(text)).toEqual([
      ["a", 0.5, 1.5],
      ["b", expect.closeTo(0), -1],
    ]);
  });

  test("a comma in the names of a table with semicolons is part of the name", async () => {
    const { columns } = await read(`length, cm;width, cm\n${body(30, (i) => `${i},5;${i}`)}`);
    expect(columns.map(({ name }) => name)).toEqual(["length, cm", "width, cm"]);
    expect(columns[0]?.values[3]).toBe(3.5);
  });

  test("text, gaps and numbers that float32 has not are gaps; blank lines are none", async () => {
    const { columns, rows } = await read(
      `a,b,c,\n1,1,x,\n\n , ,,\n2,1e39,x,\n,0x10,x,\n${body(30, (i) => `${i},${i},x,`)}`,
    );
    expect(rows).toBe(33);
    expect(columns.map(({ name, gaps }) => [name, gaps])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    const [a, b] = columns;
    if (!a || !b) throw new Error("There are no two columns.");
    expect([...pairColumns(a, b).slice(0, 4)]).toEqual([1, 1, 0, 0]);
    expect(pairColumns(a, b).length).toBe(2 * 31);
  });

  test("a column without a name is called by its place", async () => {
    const { columns } = await read(`a,,c\n${body(30, (i) => `${i},1,2`)}`);
    expect(columns.map(({ name }) => name)).toEqual(["a", "column 2", "c"]);
  });

  test("a column whose numbers can mean two things is left out, with a word", async () => {
    const { columns, remarks } = await read(
      `a,b,price\n${body(30, (i) => `${i},1,"1,${200 + i}.5"`)}`,
    );
    expect(columns.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(remarks).toEqual([expect.stringContaining("“price” has “1,200.5” in line 2.")]);
  });

  test("text columns may share a name", async () => {
    const { columns } = await read(`note,a,note,b\n${body(30, (i) => `x,${i},y,${i}`)}`);
    expect(columns.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("many pieces give what one gives, and others have their turn in between", async () => {
    const rows = 150_000;
    const row = (i: number) => (i % 1000 === 0 ? `"line\nbreak",${i},${-i}` : `x,${i},${-i}`);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const shares: number[] = [];
    const file = fileOf(`name,a,b\n${body(rows, row)}`);
    const table = await readTable(file, (share) => shares.push(share));
    clearInterval(timer);
    expect(table.rows).toBe(rows);
    const [a, b] = table.columns;
    expect(a?.values.every((value, i) => value === i)).toBe(true);
    expect(b?.values.every((value, i) => value === -i)).toBe(true);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(turns).toBeGreaterThan(2);
  });
});

describe("tables that are refused, in words", () => {
  const long = body(60_000, (i) => `${i}.25,${i}.5`);

  test.each([
    ["nothing", "", "t.csv: the file is empty."],
    ["blank lines", "\n\n", "the file is empty."],
    ["a header alone", "a,b\n", "it has 0 rows below the header; 20 are the least."],
    ["one row", "a,b\n1,2\n", "it has 1 row below the header"],
    [
      "no header line",
      body(30),
      "its first line, “0, 0”, is all numbers: it seems to have no header line. Put a line with the names",
    ],
    ["no header line, decimal commas", body(30, (i) => `${i},5;1`), "“0,5, 1”, is all numbers"],
    [
      "one column",
      `a\n${body(30, String)}`,
      "its header has one cell, “a”. Two columns are needed",
    ],
    ["one column of numbers", `a,b\n${body(30, (i) => `${i},x`)}`, "only “a” has numbers"],
    ["no numbers", `a,b\n${body(30, () => "x,y")}`, "no column has numbers"],
    ["a name twice", `a,b,a\n${body(30, (i) => `${i},1,2`)}`, "two columns have the name “a”."],
    [
      "a name like that of a place",
      `column 2,,c\n${body(30, (i) => `${i},1,2`)}`,
      "the name “column 2”",
    ],
    [
      "decimal commas between commas",
      `a,b\n${body(30, (i) => `"${i},5",1`)}`,
      "“a” has “0,5” in line 2. Write numbers without marks between thousands, with a decimal point.",
    ],
    [
      "thousands",
      `a;b\n${body(30, (i) => `1.234.${100 + i};1`)}`,
      "“a” has “1.234.100” in line 2.",
    ],
    [
      "points and commas",
      `a;b\n1.5;1\n2,5;1\n${body(30, (i) => `${i},5;1`)}`,
      "“a” has a decimal comma in line 3 and a decimal point in line 2.",
    ],
    ["a longer row", `a,b\n${body(30)}3,4,5\n`, "line 32 has 3 cells, the header 2."],
    ["a shorter row", `a,b\n${body(30)}3\n`, "line 32 has 1 cell, the header 2."],
    ["… after blank lines", `\na,b\n\n\n${body(30)}\n3,4,5\n`, "line 36 has 3 cells"],
    ["… after line breaks in cells", `a,b\n"x\ny\n",1\n${body(30)}3,4,5\n`, "line 35 has 3 cells"],
    ["… after such on Windows", `a,b\r\n"x\r\ny",1\r\n${body(30)}3,4,5\r\n`, "line 34 has 3 cells"],
    ["… far down", `a,b\n${long}\n"\n",1\n3,4,5\n`, "line 60005 has 3 cells"],
    [
      "an open quotation mark",
      `a,b\n${body(9)}"3,4\n${body(20)}`,
      "the quotation mark in line 11 is never closed.",
    ],
    ["… far down", `a,b\n${long}1,"2\n3,4\n`, "the quotation mark in line 60002 is never closed."],
    [
      "… and far from the end",
      `a,b\n${body(9)}"3,4\n${long}`,
      "the row that begins in line 11 has more than",
    ],
    [
      "a quotation mark within a cell",
      `a,b\n\n"x"y",2\n${body(20)}`,
      "in the middle of a cell in line 3.",
    ],
    [
      "too many rows",
      `a,b\n${"1,2\n".repeat(1_000_001)}`,
      "it has more than 1000000 rows. Take fewer",
    ],
    ["a picture", "\u0000PNG\u0000\u0001,\u0002", "this is no text in UTF-8."],
    ["Latin-1", Uint8Array.of(0x61, 0xe4, 0x2c, 0x62, 0x0a), "this is no text in UTF-8."],
  ])("%s", async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test("a file that is too large, before it is read", async () => {
    const file = { name: "t.csv", size: 101e6, text: () => Promise.reject(new Error("was read")) };
    await expect(readTable(file as unknown as File)).rejects.toThrow(
      "t.csv: it is larger than 100 MB. Take fewer rows, or the command",
    );
  });

  test("a file that cannot be read", async () => {
    const text = () => Promise.reject(new DOMException("gone", "NotReadableError"));
    const file = { name: "t.csv", size: 100, text } as unknown as File;
    await expect(readTable(file)).rejects.toThrow("t.csv: the browser cannot read it.");
  });
});
