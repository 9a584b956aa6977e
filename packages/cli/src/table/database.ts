import { DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { DataError } from "pushforward";
import { counted, quoted } from "./wording.ts";

/** A database in memory for the table of one file. */
export interface Database {
  /** Runs one statement; its rows. Throws a DataError in one line. */
  query(sql: string): Promise<DuckDBValue[][]>;
  /** One column of numbers. */
  numbers(sql: string, rows: number): Promise<Float64Array>;
  close(): void;
}

/** Opens the database; `path` is the file that its errors speak of. */
export async function openDatabase(path: string): Promise<Database> {
  // Nothing that is named in a file or on the command line may reach the network.
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  return {
    async query(sql) {
      try {
        return await (await connection.run(sql)).getRows();
      } catch (error) {
        throw readerError(path, (error as Error).message);
      }
    },
    async numbers(sql, rows) {
      const values = new Float64Array(rows);
      let filled = 0;
      for await (const chunk of await connection.stream(sql)) {
        const part = chunk.getColumnValues(0) as number[];
        values.set(part, filled);
        filled += part.length;
      }
      return values;
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A text constant for SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** DuckDB's report of many lines, in one line for people. */
function readerError(path: string, report: string): DataError {
  if (/not utf-8/i.test(report)) {
    return new DataError(`${path}: is not UTF-8 text; save it as a CSV file in UTF-8`);
  }
  const line = /CSV Error on Line: (\d+)/.exec(report)?.[1];
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(report);
  if (line && fields) {
    const expected = counted(Number(fields[1]), "field");
    return new DataError(
      `${path}: line ${line} has ${counted(Number(fields[2]), "field")} where ${expected} are ` +
        "expected; every row needs as many fields as the first",
    );
  }
  if (/unterminated quote/i.test(report)) {
    return new DataError(`${path}: line ${line ?? "?"} opens a quote that never closes`);
  }
  const reason = report.split("\n")[0] as string;
  return new DataError(
    `${path}: cannot be read as a CSV or TSV table (${line ? `line ${line}` : quoted(reason)})`,
  );
}
