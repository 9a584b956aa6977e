import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
} from "@duckdb/node-api";
import { DataError } from "pushforward";
import { spaceError, temporaryPath } from "../files/temporary-path.ts";
import { counted, quoted } from "./wording.ts";

/** An embedded database for one table. */
export interface Database {
  readonly connection: DuckDBConnection;
  /** Runs one statement; its rows. Throws a DataError in one line. */
  query(sql: string): Promise<DuckDBValue[][]>;
  /** Runs one statement; its rows come piece by piece, in order. */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  /** Runs work on the connection itself; its errors are those of `query`. */
  explained<T>(work: () => T): T;
  close(): void;
}

export interface DatabaseOptions {
  /** Keeps the rows in a file, for tables that memory should not hold; default false. */
  onDisk?: boolean;
  /** Makes an error of DuckDB's report; default: one that speaks of a CSV file. */
  explain?: (report: string) => Error;
}

/** More would each need a share of the memory and gain nothing for what is read here. */
const THREADS = "4";

/** Opens a new database; `source` is what its errors speak of. */
export async function openDatabase(
  source: string,
  { onDisk = false, explain = (report) => readerError(source, report) }: DatabaseOptions = {},
): Promise<Database> {
  // In memory, DuckDB makes the folder once it has more than fits.
  const { path: folder, remove: removeFolder } = temporaryPath();
  if (onDisk) mkdirSync(folder, { mode: 0o700 });
  // Nothing that is named in a file or on the command line may reach the network.
  const instance = await DuckDBInstance.create(onDisk ? join(folder, "rows.db") : ":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    enable_external_file_cache: "false",
    temp_directory: folder,
    threads: THREADS,
  });
  const connection = await instance.connect();
  const explanation = (error: unknown) => {
    const { message } = error as Error;
    return spaceError(source, message) ?? explain(message);
  };
  const answered = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw explanation(error);
    }
  };
  const query = async (sql: string) => (await answered(connection.run(sql))).getRows();
  // Times without a zone are taken for UTC, wherever the command runs.
  await query("SET GLOBAL TimeZone = 'UTC'");
  return {
    connection,
    query,
    async *stream(sql) {
      // Of its own: a connection has one stream at a time.
      const reader = await instance.connect();
      try {
        const result = await answered(reader.stream(sql));
        for (;;) {
          const chunk = await answered(result.fetchChunk());
          if (!chunk || chunk.rowCount === 0) return;
          yield chunk;
        }
      } finally {
        reader.closeSync();
      }
    },
    explained(work) {
      try {
        return work();
      } catch (error) {
        throw explanation(error);
      }
    },
    close() {
      connection.closeSync();
      instance.closeSync();
      removeFolder();
    },
  };
}

/**
 * Holds what DuckDB keeps in memory to a size that does not grow with the rows. Tables of very many
 * columns need more than that for a few rows already, and have no limit.
 */
export async function limitMemory({ query }: Database, columns: number): Promise<void> {
  if (columns <= 500) await query("SET GLOBAL memory_limit = '300MB'");
}

/** A text constant for SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name for SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The name in SQL of a column of cells. */
export const cellName = (column: number): string => `c${column}`;

/** The path as SQL that is read as it stands: never a URL, never a pattern for many files. */
export const fileLiteral = (path: string): string =>
  literal(resolve(path).replace(/[[*?]/g, "[$&]"));

/** DuckDB's report of many lines, in one line for people. */
export function readerError(path: string, report: string): DataError {
  if (/not utf-8/i.test(report)) {
    return new DataError(`${path}: is not UTF-8 text; save it as a CSV file in UTF-8`);
  }
  const line = /CSV Error on Line: (\d+)/.exec(report)?.[1];
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(report);
  if (line && fields) {
    const between = /^\s*delimiter = {3}\(/m.test(report) ? "single blanks between them" : "";
    return raggedError(path, Number(line), Number(fields[2]), Number(fields[1]), between);
  }
  if (/unterminated quote/i.test(report)) {
    return new DataError(`${path}: line ${line ?? "?"} opens a quote that never closes`);
  }
  const reason = report.split("\n")[0] as string;
  return new DataError(
    `${path}: cannot be read as a CSV or TSV table (${line ? `line ${line}` : quoted(reason)})`,
  );
}

/**
 * The error of a row that is longer or shorter than the others.
 *
 * @param between what stands between fields, where one does not see that.
 */
export function raggedError(
  path: string,
  line: number,
  found: number,
  width: number,
  between = "",
): DataError {
  return new DataError(
    `${path}: line ${line} has ${counted(found, "field")} where ${counted(width, "field")} are ` +
      `expected; every row needs as many fields as the first${between && `, ${between}`}`,
  );
}
