import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { zipSync } from "fflate";
import { DataError } from "pushforward";
import type { Table } from "pushforward/tables";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { DataSource, ReadOptions } from "../../src/table/data-source.ts";
import { type DataInput, openData } from "../../src/table/open-data.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-data-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

const at = (name: string) => join(folder, name);

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

/** Runs statements of DuckDB, by which files of other formats are made. */
async function make(...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function using<T>(input: DataInput, use: (data: DataSource) => Promise<T>): Promise<T> {
  const data = await openData(input);
  try {
    return await use(data);
  } finally {
    data.close();
  }
}

const cellsOf = ({ columns }: Table) =>
  Object.fromEntries(columns.map(({ name, cells }) => [name, [...cells]]));

const read = (input: DataInput, options?: ReadOptions) =>
  using(input, async (data) => cellsOf(await data.read(data.columns, options)));

const kinds = (input: DataInput) =>
  using(input, async ({ columns }) =>
    Object.fromEntries(columns.map(({ name, kind }) => [name, kind])),
  );

/** The message of the error that opening, or reading all, must throw: one line. */
async function refusal(input: DataInput): Promise<string> {
  const error = await read(input).then(
    () => expect.unreachable("the table was read"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  expect(message).not.toContain("\n");
  return message.replaceAll(`${folder}/`, "");
}

/** An NPY file of float64. */
function npy(values: readonly number[], shape: readonly number[], fortran = false): Buffer {
  const order = fortran ? "True" : "False";
  const header = `{'descr': '<f8', 'fortran_order': ${order}, 'shape': (${shape.join(", ")},), }`;
  const text = `${header.padEnd(117)}\n`;
  const start = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(text.length)}\x00`, "latin1");
  return Buffer.concat([start, Buffer.from(text), Buffer.from(new Float64Array(values).buffer)]);
}

/** What `process.stdin` would be with this piped into it. */
const piped = (content: string | Uint8Array) =>
  Readable.from([Buffer.from(content)]) as typeof process.stdin;

const small = { x: [1.5, 3], y: [2, -4.25] };
const lines = '{"x":1.5,"y":2}\n{"x":3,"y":-4.25}\n';

describe("formats", () => {
  test("text: CSV, TSV, JSON as lines and as an array, plain and compressed", async () => {
    const csv = "x,y\n1.5,2\n3,-4.25\n";
    const files: [string, string | Uint8Array][] = [
      ["a.csv", csv],
      ["a.tsv", csv.replaceAll(",", "\t")],
      ["a.csv.gz", gzipSync(csv)],
      ["a.jsonl", lines],
      ["a.json", '[{"x":1.5,"y":2},{"x":3,"y":-4.25}]'],
      ["a.ndjson.gz", gzipSync(lines)],
      ["json-of-no-such-name", lines],
    ];
    for (const [name, content] of files) {
      expect(await read({ path: write(name, content) }), name).toEqual(small);
    }
    await make(
      `COPY (FROM '${at("a.csv")}') TO '${at("z.csv.zst")}' (FORMAT csv, COMPRESSION zstd)`,
      `COPY (FROM '${at("a.csv")}') TO '${at("z.json.zst")}' (FORMAT json, COMPRESSION zstd)`,
    );
    expect(await read({ path: at("z.csv.zst") })).toEqual(small);
    expect(await read({ path: at("z.json.zst") })).toEqual(small);
  });

  test("Parquet, with every type that has a kind", async () => {
    const path = at("types.parquet");
    await make(
      `COPY (SELECT * FROM (VALUES
        (1::TINYINT, 9007199254740993, 0.25::DECIMAL(9, 2), DATE '1970-01-03', TIMESTAMP '1970-01-01 00:01:00.5',
         TIMESTAMPTZ '1970-01-01 01:00:00+01', true, 'é''"', [1]),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
        t(tiny, big, dec, d, ts, tz, b, t, l)) TO '${path}'`,
    );
    expect(await kinds({ path })).toEqual({
      tiny: "number",
      big: "number",
      dec: "number",
      d: "date",
      ts: "timestamp",
      tz: "timestamp",
      b: "boolean",
      t: "text",
      l: "unsupported",
    });
    const cells = await using({ path }, async (data) =>
      cellsOf(await data.read(data.columns.filter(({ kind }) => kind !== "unsupported"))),
    );
    expect(cells).toEqual({
      tiny: [1, Number.NaN],
      big: [9007199254740992, Number.NaN],
      dec: [0.25, Number.NaN],
      d: [2, Number.NaN],
      ts: [60.5, Number.NaN],
      tz: [0, Number.NaN],
      b: ["true", null],
      t: ["é'\"", null],
    });
    expect(await refusal({ path })).toBe(
      'types.parquet: column "l" is of type INTEGER[], which cannot be used; turn it into numbers ' +
        "or text with --sql, or leave it out: --exclude l",
    );
  });

  test("arrays of numpy, in either order, alone and by name", async () => {
    const columns = { column0: [1, 3], column1: [2, 4] };
    const array = npy([1, 2, 3, 4], [2, 2]);
    expect(await read({ path: write("a.npy", array) })).toEqual(columns);
    expect(await read({ path: write("f.npy", npy([1, 3, 2, 4], [2, 2], true)) })).toEqual(columns);
    const other = npy([9, 9], [1, 2]);
    const labels = npy([0, 1], [2]);
    const only = write("only.npz", zipSync({ "a.npy": array, "y.npy": labels }));
    expect(await read({ path: only })).toEqual(columns);
    const usual = write("usual.npz", zipSync({ "other.npy": other, "X.npy": array }));
    expect(await read({ path: usual })).toEqual(columns);
    const several = write("several.npz", zipSync({ "other.npy": other, "train.npy": array }));
    expect(await read({ path: several, table: "train" })).toEqual(columns);
    expect(await refusal({ path: several })).toContain("several arrays of 2 axes");
    // The one of several whose name says so, wherever it stands.
    const last = write("last.npz", zipSync({ "y.npy": labels, "X.npy": array, "z.npy": other }));
    expect(await read({ path: last })).toEqual(columns);
    expect(await read({ path: write("a.npy.gz", gzipSync(array)) })).toEqual(columns);
    expect(await read({ path: write("a.npz.gz", gzipSync(readFileSync(only))) })).toEqual(columns);
    expect(await refusal({ path: write("b.npy", npy([1, 2], [1, 2, 1])) })).toBe(
      "b.npy: has the shape [1, 2, 1]; a table has one axis, its rows, or two, rows and columns",
    );
  });

  test("of several arrays of numpy the one that is read is told of, unless it was named", async () => {
    const [X, y] = [npy([1, 2, 3, 4], [2, 2]), npy([0, 1], [2])];
    const notices = (arrays: Record<string, Uint8Array>, table?: string) => {
      const input = { path: write("told.npz", zipSync(arrays)), ...(table && { table }) };
      return using(input, async (data) => data.notices);
    };
    const [image, told] = [npy([1], [1, 1, 1]), 'Reads the array "X"; --table takes "y" instead.'];
    expect(await notices({ "X.npy": X, "y.npy": y, "image.npy": image })).toEqual([told]);
    expect(await notices({ "X.npy": X, "y.npy": y }, "X")).toEqual([]);
    expect(await notices({ "X.npy": X, "image.npy": image })).toEqual([]);
  });

  test("a list of numpy is one column, unless rows and columns stand beside it", async () => {
    const list = npy([3, 1], [2]);
    const column = { column0: [3, 1] };
    expect(await read({ path: write("l.npy", list) })).toEqual(column);
    expect(await read({ path: write("l.npz", zipSync({ "y.npy": list })) })).toEqual(column);
    const both = write("both.npz", zipSync({ "y.npy": list, "x.npy": npy([1, 2], [1, 2]) }));
    expect(await read({ path: both })).toEqual({ column0: [1], column1: [2] });
    expect(await read({ path: both, table: "y" })).toEqual(column);
    expect(await refusal({ path: both, table: "w" })).toMatch(
      /^both.npz: has no array of 1 or 2 axes named "w" for the table \(it has "y: 2", "x: 1 x 2"\)/,
    );
  });

  test("a DuckDB file: its only table, or the one that is named", async () => {
    const path = at("a.duckdb");
    await make(
      `ATTACH '${path}' AS f`,
      "CREATE TABLE f.t AS FROM (VALUES (1.5::DOUBLE, 2.0::DOUBLE), (3, -4.25)) v(x, y)",
    );
    expect(await read({ path })).toEqual(small);
    await make(`ATTACH '${path}' AS f`, 'CREATE TABLE f."T ""2""" AS SELECT 7 AS z');
    expect(await read({ path, table: 'T "2"' })).toEqual({ z: [7] });
    expect(await refusal({ path })).toBe(
      'a.duckdb: holds no single table (it has "T \\"2\\"", "t"); name one with --table',
    );
    expect(await refusal({ path, table: "u" })).toContain('has no table "u"');
  });

  test("a query, its names as they are", async () => {
    write("q.csv", "x,y\n1.5,2\n3,-4.25\n");
    const from = `'${at("q.csv")}'`;
    expect(await read({ sql: `SELECT * FROM ${from}; -- all of it` })).toEqual(small);
    expect(await read({ sql: `FROM ${from} SELECT x AS "größe, ""q""" ORDER BY 1 DESC` })).toEqual({
      'größe, "q"': [3, 1.5],
    });
    const names = await using({ sql: "SELECT 1 AS a, 2 AS a" }, async ({ columns }) =>
      columns.map(({ name }) => name),
    );
    expect(names).toEqual(["a", "a"]);
  });

  test.each([
    ["CSV", "x,y\n1.5,2\n3,-4.25\n"],
    ["gzipped CSV", gzipSync("x,y\n1.5,2\n3,-4.25\n")],
    ["JSON", lines],
  ])("standard input, %s", async (_, content) => {
    vi.spyOn(process, "stdin", "get").mockReturnValue(piped(content));
    expect(await read({ path: "-" })).toEqual(small);
  });

  test("standard input that holds no table", async () => {
    vi.spyOn(process, "stdin", "get").mockReturnValue(piped(""));
    expect(await refusal({ path: "-" })).toMatch(/^standard input: is empty/);
    vi.spyOn(process, "stdin", "get").mockReturnValue(piped("x,y\n1,2\n3,4,5\n6,7\n"));
    expect(await refusal({ path: "-" })).toMatch(/^standard input: line 3 has 3 fields/);
  });
});

describe("cells of text files", () => {
  const table = [
    "n,d,ts,b,t,mixed,empty,zip",
    "1,2024-02-29,2024-01-01 00:00:01.5,true,a,1,,01",
    "NA,?,,False, b ,x,na,02",
    "inf,1970-01-02,1970-01-01T01:00:00+01:00,,c,3,,",
  ].join("\n");

  test("have the kind of all of them", async () => {
    expect(await kinds({ path: write("kinds.csv", table) })).toEqual({
      n: "number",
      d: "date",
      ts: "timestamp",
      b: "boolean",
      t: "text",
      mixed: "number",
      empty: "number",
      zip: "number",
    });
  });

  test("are read as their kind, or as another that is asked for", async () => {
    const path = write("kinds.csv", table);
    const cells = await read({ path });
    expect(cells).toEqual({
      n: [1, Number.NaN, Number.NaN],
      d: [19782, Number.NaN, 1],
      ts: [1704067201.5, Number.NaN, 0],
      b: ["true", "false", null],
      t: ["a", "b", "c"],
      mixed: [1, Number.NaN, 3],
      empty: [Number.NaN, Number.NaN, Number.NaN],
      zip: [1, 2, Number.NaN],
    });
    const asText = await using({ path }, async (data) =>
      cellsOf(await data.read(data.columns.slice(-1).map((one) => ({ ...one, kind: "text" })))),
    );
    expect(asText).toEqual({ zip: ["01", "02", null] });
  });

  test("are counted, and the first slips kept with their rows", async () => {
    const path = write("kinds.csv", table);
    const [n, , , , , mixed] = await using({ path }, async ({ columns }) => columns);
    expect(n).toMatchObject({ numbers: 1, missing: 2, firstMissing: { row: 2, cell: "NA" } });
    expect(mixed).toMatchObject({ numbers: 2, text: 1, firstText: { row: 2, cell: "x" } });
  });

  test("a number has no underscore", async () => {
    const path = write("underscore.csv", "id,x\n11_1,1\n2_2,2\n3_3,3_0\n4_4,4\n");
    const [id, x] = await using({ path }, async ({ columns }) => columns);
    expect(id).toMatchObject({ kind: "text", numbers: 0, text: 4 });
    expect(x).toMatchObject({ kind: "number", numbers: 3, firstText: { row: 3, cell: "3_0" } });
    expect((await read({ path })).x).toEqual([1, 2, Number.NaN, 4]);
  });

  test("mixed values of JSON are judged in the same way", async () => {
    const path = write("mixed.json", '[{"x":1,"y":null},{"x":"two"},{"x":3.5,"y":true}]');
    const [x, y] = await using({ path }, async ({ columns }) => columns);
    expect(x).toMatchObject({ kind: "number", firstText: { row: 2, cell: "two" } });
    expect(y).toMatchObject({ kind: "boolean", missing: 2 });
  });
});

describe("several files", () => {
  test("are one table in the order of their names", async () => {
    write("part-1.csv", "id,x\n1,5\n2,6\n\n,\n");
    write("part-2.csv", "id,x\n3,7\n");
    const path = at("part-*.csv");
    expect(await read({ path })).toEqual({ id: [1, 2, 3], x: [5, 6, 7] });
    const [id] = await using({ path }, async ({ columns }) => columns);
    expect(id?.countsFrom).toBe(1);
    write("part-2.csv", "id,x\n4,7\n");
    const [other] = await using({ path }, async ({ columns }) => columns);
    expect(other?.countsFrom).toBeNull();
  });

  test("write dates as all do that have some", async () => {
    write("day-1.csv", "d,x\n,1\n");
    write("day-2.csv", "d,x\n13/1/2024,2\n");
    const [d] = await using({ path: at("day-?.csv") }, async ({ columns }) => columns);
    expect(d?.times.map(({ written }) => written)).toEqual(["%d/%m/%Y"]);
  });

  test("of JSON, where a column of one has no value", async () => {
    write("p1.jsonl", '{"x":1,"y":null}\n');
    write("p2.jsonl", '{"x":2,"y":2.5}\n');
    expect(await read({ path: at("p?.jsonl") })).toEqual({ x: [1, 2], y: [Number.NaN, 2.5] });
  });

  test("whole numbers in one file and decimals in another stay what they are", async () => {
    await make(
      `COPY (SELECT 1 AS x) TO '${at("n1.parquet")}'`,
      `COPY (SELECT 2.75::DOUBLE AS x) TO '${at("n2.parquet")}'`,
    );
    expect(await read({ path: at("n*.parquet") })).toEqual({ x: [1, 2.75] });
  });

  test("with different columns", async () => {
    write("c1.csv", "x,y\n1,2\n");
    write("c2.csv", "x,z,w\n1,2,3\n");
    expect(await refusal({ path: at("c*.csv") })).toBe(
      'c*.csv: c2.csv has other columns than c1.csv: it lacks "y" and has "z", "w" besides; give ' +
        "files of the same columns, or choose the columns with --sql",
    );
  });

  test("with a type that changes", async () => {
    write("t1.csv", "x,y\n1,2\n");
    write("t2.csv", "x,y\n1,\n");
    write("t3.csv", "x,y\n1,red\n");
    expect(await refusal({ path: at("t*.csv") })).toBe(
      't*.csv: column "y" is one of numbers in t1.csv and of text in t3.csv; make them agree, or ' +
        "convert them with --sql",
    );
  });

  test("that are not there, or of several formats", async () => {
    expect(await refusal({ path: at("none-*.csv") })).toContain("no file's name matches");
    write("f1.csv", "x\n1\n2\n");
    write("f2.json", '[{"x":1}]');
    expect(await refusal({ path: at("f?.*") })).toContain(
      "f1.csv is CSV and f2.json JSON; give files of one format",
    );
  });
});

describe("rows", () => {
  const sql = "SELECT range AS i, range % 3 = 0 AS third, 'w' || range AS w FROM range(5000)";

  test("come in order and in chunks of the size asked for", async () => {
    await using({ sql }, async (data) => {
      const [i, , w] = data.columns as [never, never, never];
      const sizes: number[] = [];
      let next = 0;
      for await (const { rows, columns } of data.chunks([w, i], 1999)) {
        sizes.push(rows);
        expect(columns[0]?.cells.length).toBe(rows);
        expect(columns[1]?.cells[0]).toBe(next);
        expect(columns[0]?.cells[rows - 1]).toBe(`w${next + rows - 1}`);
        next += rows;
      }
      expect(sizes).toEqual([1999, 1999, 1002]);
    });
  });

  test("two passes at once do not disturb each other", async () => {
    await using({ sql }, async (data) => {
      const passes = [data.chunks(data.columns, 2000), data.chunks(data.columns, 2000)];
      const rows = await Promise.all(
        passes.map(async (pass) => {
          let sum = 0;
          for await (const chunk of pass) sum += chunk.rows;
          return sum;
        }),
      );
      expect(rows).toEqual([5000, 5000]);
    });
  });

  test("chosen at random are the same for the same seed, in order and without repeats", async () => {
    const choose = async (seed: number) => (await read({ sql }, { rows: 300, seed })).i as number[];
    const first = await choose(1);
    expect(first).toHaveLength(300);
    expect(first.every((row, k) => k === 0 || row > (first[k - 1] as number))).toBe(true);
    expect(await choose(1)).toEqual(first);
    expect(await choose(2)).not.toEqual(first);
    // The mean of 300 of 5000 has a standard error of 81: beyond 5 of them once in two million.
    const mean = first.reduce((sum, row) => sum + row / 300, 0);
    expect(Math.abs(mean - 2499.5)).toBeLessThan(405);
  });

  test("chosen at random keep the text of their own row", async () => {
    const { i, w } = await read({ sql }, { rows: 5, seed: 3 });
    expect(w).toEqual(i?.map((row) => `w${row}`));
  });

  test("a query that gives other rows each time is refused", async () => {
    const changing = "SELECT range AS x FROM range(100000) WHERE random() < 0.5";
    expect(await refusal({ sql: changing })).toContain("must give the same rows every time");
  });

  test("700 columns are read in one go", async () => {
    const row = (value: (column: number) => unknown) =>
      `${Array.from({ length: 700 }, (_, column) => value(column)).join(",")}\n`;
    const text = row((c) => `c${c}`) + row((c) => c / 2) + row((c) => -c) + row((c) => c % 7);
    const cells = await read({ path: write("wide.csv", text) });
    expect(Object.keys(cells)).toHaveLength(700);
    expect(cells.c699).toEqual([349.5, -699, 699 % 7]);
  });
});

describe("queries that cannot be run", () => {
  test.each([
    [
      "SELECT x\nFROM range(3)\nWHERE y = 3",
      'not found in FROM clause!; Candidate bindings: "range" (line',
    ],
    ["SELECT range\nFROM range(3)\nWHERE y = 3", '(line 3, at "y = 3")'],
    ["SELEC 1", '--sql: syntax error at or near "SELEC" (line 1, at "SELEC 1")'],
    ["SELECT 'a'::INT", "(line 1, at"],
    ["SELECT * FROM 'no-such.parquet'", 'No files found that match the pattern "no-such.parquet"'],
    ["", "--sql: 0 statements; give one SELECT"],
    ["SELECT 1; SELECT 2", "--sql: 2 statements; give one SELECT"],
    ["SELECT $1", "--sql: parameters have no values"],
    ["CREATE TABLE t AS SELECT 1", "--sql: no SELECT statement"],
    ["ATTACH 'x.db'", "--sql: no SELECT statement"],
    ["SET memory_limit = '1TB'", "--sql: no SELECT statement"],
    ["INSTALL httpfs", "--sql: no SELECT statement"],
    ["SELECT * FROM 'https://example.org/a.csv'", "requires the extension httpfs"],
  ])("%j", async (sql, said) => {
    expect(await refusal({ sql })).toContain(said);
  });

  test.each([
    ["enable_logging", `'QueryLog', storage = 'file', storage_path = '${tmpdir()}/none'`],
    ["disable_logging", ""],
    ["truncate_duckdb_logs", ""],
    ["enable_profiling", ""],
    ["disable_profiling", ""],
    ["checkpoint", ""],
    ["force_checkpoint", ""],
    ["read_text", "'*'"],
    ["json_execute_serialized_sql", "json_serialize_sql('SELECT 1')"],
  ])("and would do more than read: %s", async (name, values) => {
    const said = `--sql: calls ${name}(), which does more than read a table`;
    const call = `${name}(${values})`;
    expect(await refusal({ sql: `FROM ${call}` })).toContain(said);
    const hidden = `WITH a AS (SELECT 1 FROM range(3) r(x), (FROM ${call})) SELECT 2 IN (FROM a) y`;
    expect(await refusal({ sql: hidden })).toContain(said);
    expect(await refusal({ sql: `FROM query($$FROM ${call}$$)` })).toContain(said);
    const path = at(`${name}.duckdb`);
    await make(
      `ATTACH '${path}' AS f`,
      "CREATE TABLE f.t AS SELECT 1 AS x",
      `USE f`,
      `CREATE VIEW v AS FROM ${call}`,
      "CREATE VIEW w AS FROM v",
    );
    expect(await refusal({ path, table: "w" })).toContain(`calls ${name}()`);
    expect(await read({ path, table: "t" })).toEqual({ x: [1] });
  });

  test("a query may read every format, and make rows", async () => {
    await make(
      `COPY (SELECT 1 AS x) TO '${at("one.parquet")}'`,
      `ATTACH '${at("one.duckdb")}' AS f`,
      "CREATE TABLE f.t AS SELECT 1 AS x",
    );
    write("one.csv", "x\n1\n");
    write("one.jsonl", '{"x":1}\n');
    const from = ["one.parquet", "one.duckdb", "one.csv", "one.jsonl"].map(
      (name) => `'${at(name)}'`,
    );
    for (const source of [
      ...from,
      `read_csv(${from[2]})`,
      `read_json_auto(${from[3]})`,
      "range(1, 2) r(x)",
      "(SELECT unnest([1]) AS x)",
      "repeat(1, 1) r(x)",
      "generate_series(1, 1) r(x)",
    ]) {
      expect(await read({ sql: `SELECT sum(x) AS x FROM ${source}` }), source).toEqual({
        x: [1],
      });
    }
    const lateral = "SELECT u.x FROM range(2) r(a), range(a) u(x) ORDER BY ALL";
    expect(await read({ sql: lateral })).toEqual({ x: [0] });
  });

  test("and would write a file", async () => {
    const sql = `COPY (SELECT 1) TO '${at("written.csv")}'`;
    expect(await refusal({ sql })).toContain("--sql: no SELECT statement");
    expect(existsSync(at("written.csv"))).toBe(false);
  });

  test("fail at a row far below", async () => {
    const sql =
      "SELECT (CASE WHEN range = 90000 THEN 'x' ELSE '1' END)::INT AS i FROM range(100000)";
    expect(await refusal({ sql })).toContain("--sql: Could not convert string 'x' to INT32");
  });
});

describe("files that cannot be read", () => {
  test("a longer row at the end is named by its line", async () => {
    for (const rows of [5, 5000]) {
      const path = write("longer.csv", `x,y\n${"1,2\n".repeat(rows)}5,6,7\n`);
      expect(await refusal({ path })).toBe(
        `longer.csv: line ${rows + 2} has 3 fields where 2 fields are expected; every row needs as ` +
          "many fields as the first",
      );
    }
  });

  test("damaged files of every format", async () => {
    await make(`COPY (SELECT range AS x FROM range(1000)) TO '${at("whole.parquet")}'`);
    const whole = readFileSync(at("whole.parquet"));
    const files: [string, string | Uint8Array, string][] = [
      ["cut.parquet", whole.subarray(0, whole.length - 20), "cut.parquet: "],
      ["cut.jsonl", '{"a":1}\n{"a":', "Malformed JSON"],
      ["latin.csv", Buffer.from("x\n1\n\xe9\n", "latin1"), "is not UTF-8 text"],
      ["cut.csv.gz", gzipSync("x\n1\n2\n".repeat(9)).subarray(0, 24), "cut.csv.gz: "],
      ["cut.npy", npy([1, 2], [2, 2]), "cut.npy: "],
      ["cut.npz", "PK\x03\x04nothing", "cut.npz: "],
      ["cut.duckdb", `${"\0".repeat(8)}DUCK${"\0".repeat(9)}`, "cut.duckdb: "],
      ["empty.csv", "", "empty.csv: is empty"],
      ["header.csv", "x,y\n", "header.csv: has a header line but no rows"],
    ];
    for (const [name, content, said] of files) {
      expect(await refusal({ path: write(name, content) }), name).toContain(said);
    }
    expect(await refusal({ path: at("nowhere.csv") })).toContain("no such file");
    expect(await refusal({ path: folder })).toContain("folder");
    expect(await refusal({ path: at("whole.parquet"), table: "x" })).toContain("leave that out");
  });

  test("nothing is left in the folder for temporary files", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => /^pushforward-[\w-]{36}/.test(name));
    const before = left();
    await refusal({ path: at("nowhere.csv") });
    await read({ path: write("tidy.csv", "x\n1\n2\n") });
    vi.spyOn(process, "stdin", "get").mockReturnValue(piped("x\n1\n2\n"));
    await read({ path: "-" });
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe("text of numbers in queries and Parquet files", () => {
  const rows =
    "(VALUES ('1.5', '007', 'a', '1', ''), ('?', '010', '2', ' 2 ', 'NA'), ('3', NULL, '3', 'na', NULL))";

  test("is read as the cells of a CSV file: gaps are gaps; codes stay text", async () => {
    const sql = `SELECT * FROM ${rows} AS t(x, code, mixed, n, none)`;
    await make(`COPY (${sql}) TO '${at("text.parquet")}' (FORMAT parquet)`);
    for (const input of [{ sql }, { path: at("text.parquet") }]) {
      expect(await read(input)).toEqual({
        x: [1.5, Number.NaN, 3],
        code: ["007", "010", null],
        mixed: ["a", "2", "3"],
        n: [1, 2, Number.NaN],
        none: ["", "NA", null],
      });
      const notices = await using(input, async (data) => data.notices);
      expect(notices).toEqual([
        'Text of numbers is read as numbers: "x", "n" (--type takes a column for a category).',
      ]);
    }
  });

  test("stays text where it is asked for", async () => {
    const sql = `SELECT * FROM ${rows} AS t(x, code, mixed, n, none)`;
    const data = await openData({ sql }, ["x"]);
    expect(cellsOf(await data.read(data.columns)).x).toEqual(["1.5", "?", "3"]);
    expect(data.notices).toEqual([expect.stringContaining('read as numbers: "n" (')]);
    data.close();
  });

  test("is text where it is in any file, and where only a late row says so", async () => {
    await make(
      `COPY (SELECT '1' AS a, '1' AS b) TO '${at("ton0.parquet")}' (FORMAT parquet)`,
      `COPY (SELECT 'x' AS a, '?' AS b) TO '${at("ton1.parquet")}' (FORMAT parquet)`,
    );
    expect(await kinds({ path: at("ton?.parquet") })).toEqual({ a: "text", b: "number" });
    const late =
      "SELECT CASE WHEN i < 4999 THEN i::VARCHAR ELSE 'end' END AS c FROM range(5000) t(i)";
    expect(await kinds({ sql: late })).toEqual({ c: "text" });
    expect(await kinds({ sql: "SELECT '1'::ENUM('1', '2') AS c" })).toEqual({ c: "text" });
  });
});
