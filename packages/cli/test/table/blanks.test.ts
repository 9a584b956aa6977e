import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openData } from "../../src/table/open-data.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-blanks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: string) {
  const path = join(folder, "table.txt");
  writeFileSync(path, content);
  const data = await openData({ path });
  try {
    const { columns } = await data.read(data.columns);
    return Object.fromEntries(columns.map(({ name, cells }) => [name, [...cells]]));
  } finally {
    data.close();
  }
}

/** What the error says of the file. */
const refused = (content: string) =>
  read(content).then(
    (table) => expect.unreachable(`read: ${JSON.stringify(table)}`),
    ({ message }: Error) => message.slice(message.indexOf(": ") + 2),
  );

const table = { x: [0.841, 0.5, 2], y: [97.762, 8, 31.5], z: ["b", "a", "b"] };

describe("runs of blanks between cells, text among them", () => {
  test.each([
    ["aligned", "x       y       z\n0.841   97.762  b\n0.5     8       a\n2       31.5    b\n"],
    ["a tab beside blanks", "x   y z\n0.841   97.762\tb\n0.5   8\ta\n2   31.5\tb\n"],
    ["tabs and blanks alike", "x y z\n0.841\t97.762 b\n0.5 8\ta\n2 31.5\tb\n"],
    ["one run only", "x y z\n0.841 97.762 b\n0.5  8 a\n2 31.5 b\n"],
    ["quotes", '"x"  "y"  z\n0.841  "97.762"  b\n0.5  8  "a"\n2  31.5  b\n'],
    ["blanks at both ends", " x y z \r\n 0.841 97.762 b \r\n 0.5 8 a \r\n 2 31.5 b \r\n"],
  ])("%s", async (_, content) => {
    expect(await read(content)).toEqual(table);
  });

  test("without a header, and with quoted blanks", async () => {
    expect(await read('0.795   99.131  "New York"\n0.8  1  Paris\n')).toEqual({
      column0: [0.795, 0.8],
      column1: [99.131, 1],
      column2: ["New York", "Paris"],
    });
  });

  test("whose first run comes after many lines", async () => {
    const { column0, column2 } = await read(`${"-2.3 0.5 1\n".repeat(126)}0.0  0.5 2\n`);
    expect([column0?.length, column0?.at(-1), column2?.at(-1)]).toEqual([127, 0, 2]);
  });

  test("a line of another length is refused, and blanks are spoken of", async () => {
    const rows = "0.841   97.762  b\n".repeat(5);
    const message = /^line 7 has 2 fields where 3 fields .* as the first, blanks between them$/;
    expect(await refused(`x   y z\n${rows}1   2\n${rows}`)).toMatch(message);
    expect(await refused(`x   y\n${rows}`)).toMatch(/^line 2 has 3 fields where 2 fields/);
    const far = `x y\n${"1 2\n".repeat(20_000)}3  4\n`;
    expect(await refused(far)).toMatch(/^line 20002 has 3 fields .* single blanks between them$/);
  });
});

describe("one character between cells", () => {
  const names = ["Anna  Bell", "Carl  Day", "Eve  Fox"];
  const rows = (mark: string) => names.map((name, i) => `${i}.5${mark}${name}${mark}${i}`);

  test.each([["\t"], [","], [";"], ["|"]])("%j, and runs of blanks in text", async (mark) => {
    const content = `x${mark}full  name${mark}n\n${rows(mark).join("\n")}\n`;
    const { "full  name": text } = await read(content);
    expect(text).toEqual(names);
    expect(await refused(`${content}3${mark}4${mark}A  B${mark}5\n`)).toContain("line 5 has 4");
  });

  test("below a title of as many words as columns", async () => {
    const tabs = await read(`Weather of May\nta\ttb\ttc\n${"1\t2\t3\n".repeat(9)}`);
    expect(Object.keys(tabs)).toEqual(["ta", "tb", "tc"]);
    const commas = await read(`Report   of May\na, b, c\n${"0, 0, 30\n".repeat(20)}`);
    expect(Object.values(commas).map(([first]) => first)).toEqual([0, 0, 30]);
  });

  test("none at all: text of one column, with blanks in it", async () => {
    const { name } = await read("name\nJohn  Smith\nAnna  Bell\n");
    expect(name).toEqual(["John  Smith", "Anna  Bell"]);
  });

  test("a blank, where two are an empty cell", async () => {
    expect(await read("a b c\n1  3\n2  4\n3  5\n4 5 6\n")).toEqual({
      a: [1, 2, 3, 4],
      b: [Number.NaN, Number.NaN, Number.NaN, 5],
      c: [3, 4, 5, 6],
    });
  });
});
