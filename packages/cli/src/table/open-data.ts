import { stat } from "node:fs/promises";
import { DataError } from "pushforward";
import type { DataFile } from "./data-file.ts";
import { dataFiles, STANDARD_INPUT, spoolInput } from "./data-files.ts";
import type { DataSource } from "./data-source.ts";
import { type Database, limitMemory, literal, openDatabase, readerError } from "./database.ts";
import { describeRelation } from "./describe-relation.ts";
import { readHead } from "./file-head.ts";
import { joinParts, type Part } from "./join-parts.ts";
import { loadArray } from "./load-array.ts";
import { loadCsv } from "./load-csv.ts";
import { loadJson } from "./load-json.ts";
import { queryError, viewParquet, viewQuery, viewTable } from "./load-view.ts";
import type { Relation } from "./relation.ts";
import { relationSource } from "./relation-source.ts";
import { fileError } from "./sql-error.ts";
import { withTextOfNumbers } from "./text-of-numbers.ts";
import { timeForms } from "./time-forms.ts";

/** Where a table comes from: files or a query. */
export type DataInput = FileInput | { sql: string };

export interface FileInput {
  /** A file, a pattern for several (`data/*.csv`), or `-` for standard input. */
  path: string;
  /** The name of a table in a DuckDB file, or of an array in an NPZ file. */
  table?: string;
}

/**
 * Opens a table: CSV, TSV, JSON (an array or lines), these compressed with gzip or zstd, Parquet,
 * Arrow files and streams, NPY and NPZ, a table of a DuckDB file, or the rows of an SQL query. A
 * query and a Parquet file are read anew each time, so a query must give its rows in the same order
 * every time (ORDER BY).
 *
 * @param asText names of columns of text that stay text even where they hold numbers only.
 * @throws DataError, in one line that names the file, the place in it or in the query, and the way out.
 */
export async function openData(
  input: DataInput,
  asText: readonly string[] = [],
): Promise<DataSource> {
  if ("sql" in input) return openQuery(input.sql, asText);
  const { path, table } = input;
  if (path !== "-") return openFiles(path, await dataFiles(path), table, asText, () => {});
  const { file, remove } = await spoolInput();
  return openFiles(file.label, [file], table, asText, remove);
}

async function openQuery(sql: string, asText: readonly string[]): Promise<DataSource> {
  const database = await openDatabase("--sql", { explain: queryError });
  return closing(database, async () => {
    const view = await viewQuery(database, "part0", sql);
    const [relation = view] = await withTextOfNumbers(database, [view], asText);
    // Around a comment or several lines, a query would not stay one line.
    const fromSql = /--|\n/.test(sql) ? null : `(${sql.trim().replace(/;$/, "")})`;
    const from = { label: "--sql", inSql: true, fromSql };
    const part = await describe(database, from, relation, 0);
    return relationSource(database, await joinParts(database, "--sql", [part]), database.close);
  });
}

async function openFiles(
  source: string,
  files: readonly DataFile[],
  table: string | undefined,
  asText: readonly string[],
  removeInput: () => void,
): Promise<DataSource> {
  let reading = files[0] as DataFile;
  const database = await openDatabase(source, {
    onDisk: await isLarge(files),
    explain: (report) =>
      reading.format === "csv"
        ? readerError(reading.label, report)
        : fileError(reading.label, report),
  });
  const close = () => {
    database.close();
    removeInput();
  };
  return closing({ close }, async () => {
    const loaded: Relation[] = [];
    for (const [i, file] of files.entries()) {
      reading = file;
      loaded.push(await load(database, `part${i}`, file, table));
    }
    const relations = await withTextOfNumbers(database, loaded, asText);
    const parts: Part[] = [];
    let rows = 0;
    for (const [i, file] of files.entries()) {
      reading = file;
      const relation = relations[i] as Relation;
      const inSql = !OUTSIDE_SQL.has(file.format);
      const from = { label: file.label, inSql, fromSql: fromSql(source, file.format) };
      const part = await describe(database, from, relation, rows);
      rows += part.rows;
      parts.push(part);
    }
    return relationSource(database, await joinParts(database, source, parts), close);
  });
}

/** Formats that DuckDB does not read by itself. */
const OUTSIDE_SQL: ReadonlySet<DataFile["format"]> = new Set(["arrow", "npy", "npz"]);

/** How a query reads what the command was given; standard input is read but once. */
function fromSql(source: string, format: DataFile["format"]): string | null {
  if (source === STANDARD_INPUT) return null;
  if (format === "csv") return `read_csv(${literal(source)}, all_varchar = true)`;
  return format === "parquet" ? literal(source) : null;
}

/** Closes what was opened for the work where the work fails. */
async function closing<T>(opened: { close(): void }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** From how many bytes on cells are kept on disk; compressed ones count as many more. */
const LARGE_BYTES = 100_000_000;
const COMPRESSION = 5;

async function isLarge(files: readonly DataFile[]): Promise<boolean> {
  let bytes = 0;
  for (const { path, compression } of files) {
    bytes += (await stat(path)).size * (compression === "none" ? 1 : COMPRESSION);
  }
  return bytes > LARGE_BYTES;
}

async function load(
  database: Database,
  relation: string,
  file: DataFile,
  table: string | undefined,
): Promise<Relation> {
  if (table !== undefined && file.format !== "duckdb" && file.format !== "npz") {
    throw new DataError(
      `${file.label}: is one table, so --table names nothing in it; leave that out`,
    );
  }
  switch (file.format) {
    case "csv": {
      const head = await readHead(file.path, file.label);
      const { names, notices } = await loadCsv(database, relation, file, head);
      const columns = names.map((name) => ({ name, storage: "cells" as const, type: "VARCHAR" }));
      return { relation, columns, notices };
    }
    case "json":
      return loadJson(database, relation, file);
    case "parquet":
      return viewParquet(database, relation, file);
    case "arrow": {
      // Loaded when it is needed: the package takes a while to load.
      const { loadArrow } = await import("./load-arrow.ts");
      return loadArrow(database, relation, file);
    }
    case "duckdb":
      return viewTable(database, relation, file, table);
    case "npy":
    case "npz":
      return loadArray(database, relation, file, table);
  }
}

async function describe(
  database: Database,
  from: Pick<Part, "label" | "inSql" | "fromSql">,
  relation: Relation,
  before: number,
): Promise<Part> {
  await limitMemory(database, relation.columns.length);
  const { rows, described } = await describeRelation(
    database,
    relation.relation,
    relation.columns,
    before,
  );
  const times = await timeForms(database, relation, described);
  return { ...relation, ...from, rows, described, times };
}
