import {
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBDataChunk,
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
import { cellName, limitMemory, literal, openDatabase } from "../table/database.ts";
import type { OutputColumn } from "./cell-text.ts";
import type { RowSink } from "./row-sink.ts";

/** Rows that DuckDB takes at once. */
const BLOCK = 2048;

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
  const types = columns.map(typeOf);
  const cells = types.map((type, i) => `${cellName(i)} ${type}`);
  await database.query(`CREATE TABLE collected (${cells.join(", ")})`);
  await limitMemory(database, columns.length);
  const appender = await database.connection.createAppender("collected");
  let isOpen = true;
  const release = async () => {
    if (!isOpen) return;
    isOpen = false;
    database.close();
  };
  return {
    async write(table) {
      for (let begin = 0; begin < table.rows; begin += BLOCK) {
        const count = Math.min(BLOCK, table.rows - begin);
        const chunk = DuckDBDataChunk.create(types, count);
        columns.forEach((_, i) => {
          const value = valuesOf(table.columns[i] as TableColumn);
          const values = Array.from({ length: count }, (_, row) => value(begin + row));
          chunk.setColumnValues(i, values);
        });
        appender.appendDataChunk(chunk);
      }
    },
    async finish() {
      appender.closeSync();
      const named = columns.map(({ name }, i) => `${cellName(i)} AS ${identifier(name)}`);
      await database.query(
        `COPY (SELECT ${named.join(", ")} FROM collected) TO ${literal(place)} (FORMAT parquet)`,
      );
      await release();
    },
    release,
  };
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Most readers of Parquet tell names apart by more than their case; none could tell these apart. */
function refuseTwins(columns: readonly OutputColumn[]): void {
  const names = columns.map(({ name }) => name);
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  if (twin === undefined) return;
  throw new DataError(
    `two columns are named ${JSON.stringify(twin)}, which a Parquet file cannot have; rename one`,
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
