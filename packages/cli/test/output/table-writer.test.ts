import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "pushforward";
import type { Table } from "pushforward/tables";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { OutputColumn } from "../../src/output/cell-text.ts";
import { checkTableOutput, openTableWriter } from "../../src/output/table-writer.ts";
import { openData } from "../../src/table/open-data.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-writer-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

const { NaN: missing, NEGATIVE_INFINITY } = Number;

const table: Table = {
  rows: 3,
  columns: [
    { name: 'größe, "x"', kind: "number", cells: Float64Array.of(0.1, missing, -1e-300) },
    { name: "day", kind: "date", cells: Float64Array.of(19_782, -1, missing) },
    { name: "time", kind: "timestamp", cells: Float64Array.of(1704067201.5, missing, -0.25) },
    { name: "sure", kind: "boolean", cells: ["true", null, "false"] },
    { name: "word", kind: "text", cells: ['a\tb, "c"\nd', "é", null] },
  ],
};
const columns: OutputColumn[] = table.columns.map(({ name, kind }) => ({ name, kind }));

async function writeAll(name: string, announced = columns, tables = [table]): Promise<string> {
  const writer = await openTableWriter(at(name), announced);
  for (const each of tables) await writer.write(each);
  await writer.close();
  return at(name);
}

describe("what is written", () => {
  test("CSV", async () => {
    expect(readFileSync(await writeAll("a.csv"), "utf8")).toBe(
      '"größe, ""x""",day,time,sure,word\n' +
        '0.1,2024-02-29,2024-01-01T00:00:01.5,true,"a\tb, ""c""\nd"\n' +
        ",1969-12-31,,,é\n" +
        "-1e-300,,1969-12-31T23:59:59.75,false,\n",
    );
  });

  test("JSON lines", async () => {
    const lines = readFileSync(await writeAll("a.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        'größe, "x"': 0.1,
        day: "2024-02-29",
        time: "2024-01-01T00:00:01.5",
        sure: true,
        word: 'a\tb, "c"\nd',
      },
      { 'größe, "x"': null, day: "1969-12-31", time: null, sure: null, word: "é" },
      { 'größe, "x"': -1e-300, day: null, time: "1969-12-31T23:59:59.75", sure: false, word: null },
    ]);
  });

  test("numbers with the digits of their type, infinities as each format has them", async () => {
    const announced: OutputColumn[] = [
      { name: "f", kind: "number", precision: "float32" },
      { name: "d", kind: "number" },
    ];
    const cells = Float64Array.of(Math.fround(0.1), NEGATIVE_INFINITY, 1e-8);
    const numbers: Table = {
      rows: 3,
      columns: [
        { name: "f", kind: "number", cells },
        { name: "d", kind: "number", cells },
      ],
    };
    expect(readFileSync(await writeAll("n.csv", announced, [numbers]), "utf8")).toBe(
      "f,d\n0.1,0.10000000149011612\n-inf,-inf\n1e-8,1e-8\n",
    );
    expect(readFileSync(await writeAll("n.ndjson", announced, [numbers]), "utf8")).toBe(
      '{"f":0.1,"d":0.10000000149011612}\n{"f":null,"d":null}\n{"f":1e-8,"d":1e-8}\n',
    );
    const data = await openData({
      sql: `SELECT '=' || f::VARCHAR f, d FROM '${await writeAll("n.parquet", announced, [numbers])}'`,
    });
    const [f] = (await data.read(data.columns)).columns;
    data.close();
    expect(f?.cells).toEqual(["=0.1", "=-inf", "=1e-08"]);
  });

  test("standard output gets CSV, the header even without rows", async () => {
    const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const writer = await openTableWriter(null, columns.slice(1, 2));
      await writer.write({ rows: 3, columns: table.columns.slice(1, 2) });
      await writer.close();
      const empty = await openTableWriter(null, columns.slice(1, 2));
      await empty.close();
      const printed = print.mock.calls.map(([text]) => text).join("");
      expect(printed).toBe("day\n2024-02-29\n1969-12-31\n\nday\n");
    } finally {
      print.mockRestore();
    }
  });
});

describe("what is written is read back", () => {
  test.each(["b.csv", "b.tsv", "b.jsonl", "b.parquet"])("%s", async (name) => {
    const data = await openData({ path: await writeAll(name, columns, [table, table]) });
    const { rows, columns: read } = await data.read(data.columns);
    data.close();
    expect(rows).toBe(6);
    expect(read.map(({ name, kind }) => ({ name, kind }))).toEqual(columns);
    for (const [i, { cells }] of table.columns.entries()) {
      expect([...(read[i]?.cells ?? [])]).toEqual([...cells, ...cells]);
    }
  });

  test("more rows than DuckDB takes at once, to Parquet", async () => {
    const cells = Float64Array.from({ length: 5000 }, (_, row) => row);
    const many: Table = { rows: 5000, columns: [{ name: "x", kind: "number", cells }] };
    const data = await openData({
      path: await writeAll("many.parquet", [{ name: "x", kind: "number" }], [many]),
    });
    expect((await data.read(data.columns)).columns[0]?.cells).toEqual(cells);
    data.close();
  });
});

describe("the file is whole or as it was", () => {
  const names = () => readdirSync(folder).sort();

  test.each(["c.csv", "c.jsonl", "c.parquet"])("%s", async (name) => {
    writeFileSync(at(name), "old");
    const before = names();
    const writer = await openTableWriter(at(name), columns);
    await writer.write(table);
    expect(readFileSync(at(name), "utf8")).toBe("old");
    await writer.abort();
    await writer.abort();
    expect(names()).toEqual(before);
    expect(readFileSync(at(name), "utf8")).toBe("old");
    await writeAll(name);
    expect(names()).toEqual(before);
    expect(readFileSync(at(name), "utf8")).not.toBe("old");
  });

  test.skipIf(process.platform === "win32").each(["m.csv", "m.parquet"])(
    "%s keeps its permissions, and nobody else sees it before",
    async (name) => {
      const mode = () => statSync(at(name)).mode & 0o777;
      await writeAll(name);
      for (const old of [0o600, 0o664, 0o444]) {
        chmodSync(at(name), old);
        const writer = await openTableWriter(at(name), columns);
        const unfinished = names().filter((each) => each.endsWith(".tmp"));
        expect(unfinished.map((each) => statSync(at(each)).mode & 0o077)).toEqual([0]);
        await writer.write(table);
        await writer.close();
        expect(mode()).toBe(old);
      }
    },
  );

  test("what is unfinished goes with a signal that ends the process", async () => {
    const before = names();
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const listeners = process.listeners("SIGTERM");
    process.removeAllListeners("SIGTERM");
    try {
      const writer = await openTableWriter(at("s.csv"), columns);
      await writer.write(table);
      expect(names()).not.toEqual(before);
      process.emit("SIGTERM", "SIGTERM");
      expect(kill).toHaveBeenCalledWith(process.pid, "SIGTERM");
      expect(names()).toEqual(before);
      await writer.abort();
    } finally {
      kill.mockRestore();
      for (const listener of listeners) process.on("SIGTERM", listener);
    }
  });

  test("where a cell cannot be written", async () => {
    writeFileSync(at("d.csv"), "old");
    const days: OutputColumn[] = [{ name: "day", kind: "date" }];
    const writer = await openTableWriter(at("d.csv"), days);
    const cells = Float64Array.of(1e12);
    const error = await writer
      .write({ rows: 1, columns: [{ name: "day", kind: "date", cells }] })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toContain(
      'd.csv: column "day" has a date that no calendar',
    );
    await writer.close();
    expect(readFileSync(at("d.csv"), "utf8")).toBe("old");
    expect(names().filter((name) => name.includes(".tmp"))).toEqual([]);
  });

  test("two columns of one name cannot be Parquet", async () => {
    const twins = [columns[0], columns[0]] as OutputColumn[];
    await expect(openTableWriter(at("e.parquet"), twins)).rejects.toThrow("two columns are named");
    const cases = ["Ä", "a", "ä", "A"].map((name): OutputColumn => ({ name, kind: "number" }));
    await expect(openTableWriter(at("e.parquet"), cases)).rejects.toThrow(
      /"a" and "A" differ by case only.*\.csv or \.jsonl/,
    );
    expect(existsSync(at("e.parquet"))).toBe(false);
    const letters = await openData({
      path: await writeAll("e.parquet", cases.slice(0, 3), []),
    }).catch((error: unknown) => error);
    expect(String(letters)).toContain("3 columns but no rows");
  });

  test.skipIf(!existsSync("/dev/full")).each(["f.csv", "f.jsonl", "f.parquet"])(
    "a full disk is called by its name: %s",
    async (name) => {
      symlinkSync("/dev/full", at(name));
      await expect(writeAll(name)).rejects.toThrow(
        `${at(name)}: cannot be written, the disk is full; make room, or write elsewhere`,
      );
    },
  );
});

describe("a path for a table", () => {
  test.each(["a.csv", "a.TSV", "a.parquet", "a.jsonl", "a.ndjson"])("may be %s", async (name) => {
    await expect(checkTableOutput(at(name), [])).resolves.toBeUndefined();
  });

  test.each([
    [
      "a.xlsx",
      /a\.xlsx: no format ends in \.xlsx; name a file that ends in \.csv, \.tsv, \.parquet, /,
    ],
    ["a", /a: has no ending that tells the format; .* or leave --out out for CSV/],
    ["a.csv.gz", /no format ends in \.gz/],
  ])("is not %s", async (name, message) => {
    await expect(checkTableOutput(at(name), [])).rejects.toThrow(DataError);
    await expect(checkTableOutput(at(name), [])).rejects.toThrow(message);
  });

  test("needs no ending where it is a device, and has fewer where fewer are written", async () => {
    await expect(checkTableOutput("/dev/null", [])).resolves.toBeUndefined();
    await expect(checkTableOutput(at("a.parquet"), [], [".csv"])).rejects.toThrow("ends in .csv,");
  });
});
