import {
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBDateValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import { DataError } from "pushforward";
import type { TableColumn } from "pushforward/tables";
import { cellName, identifier, limitMemory, literal, openDatabase } from "../table/database.ts";
import { newTable } from "../table/new-table.ts";
import { quoted } from "../table/wording.ts";
import type { OutputColumn } from "./cell-text.ts";
import type { RowSink } from "./row-sink.ts";

/** Collects rows in a table on disk and writes them as a Parquet file in the end. */
export async function openParquetRows(
  place: string,
  columns: readonly OutputColumn[],
): Promise<RowSink> {
  refuseTwins(columns);
  const database = await openDatabase(place, {
    onDisk: true,
    // The caller makes an error for people of it.
    explain: (report) => new Error(report),
  });
  const collected = await newTable(database, "collected", columns.map(typeOf));
  await limitMemory(database, columns.length);
  let isOpen = true;
  const release = async () => {
    if (!isOpen) return;
    isOpen = false;
    database.close();
  };
  return {
    async write(table) {
      const values = columns.map((_, i) => valuesOf(table.columns[i] as TableColumn));
      await collected.append(table.rows, (row, column) => values[column]?.(row) ?? null);
    },
    async finish() {
      collected.finish();
      const named = columns.map(({ name }, i) => `${cellName(i)} AS ${identifier(name)}`);
      // Not as a query: what is full is not the folder for temporary files.
      await database.connection.run(
        `COPY (SELECT ${named.join(", ")} FROM collected) TO ${literal(place)}
           (FORMAT parquet, USE_TMP_FILE false)`,
      );
      await release();
    },
    release,
  };
}

/** DuckDB would rename a column whose name differs from another by the case of A to Z only. */
function refuseTwins(columns: readonly OutputColumn[]): void {
  const folded = new Map<string, string>();
  for (const { name } of columns) {
    const key = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const twin = folded.get(key);
    if (twin !== undefined) throw twinError(twin, name);
    folded.set(key, name);
  }
}

function twinError(first: string, second: string): DataError {
  const which =
    first === second
      ? `two columns are named ${quoted(first)}`
      : `the names ${quoted(first)} and ${quoted(second)} differ by case only`;
  return new DataError(
    `${which}, which Parquet files cannot hold here; rename one, or write to .csv or .jsonl`,
  );
}

function typeOf({ kind, precision }: OutputColumn): DuckDBType {
  const number = precision === "float32" ? FLOAT : DOUBLE;
  return { number, date: DATE, timestamp: TIMESTAMP, boolean: BOOLEAN, text: VARCHAR }[kind];
}

/** A column's cells as DuckDB takes them, by row. */
function valuesOf(column: TableColumn): (row: number) => DuckDBValue {
  if (column.kind === "text") return (row) => column.cells[row] ?? null;
  if (column.kind === "boolean") {
    return (row) => (column.cells[row] == null ? null : column.cells[row] === "true");
  }
  const value = {
    number: (number: number) => number,
    date: (days: number) => new DuckDBDateValue(Math.round(days)),
    timestamp: (seconds: number) => new DuckDBTimestampValue(BigInt(Math.round(seconds * 1e6))),
  }[column.kind];
  return (row) => {
    const number = column.cells[row] as number;
    return Number.isNaN(number) ? null : value(number);
  };
}
