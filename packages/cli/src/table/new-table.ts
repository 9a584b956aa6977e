import { setImmediate } from "node:timers/promises";
import { DuckDBDataChunk, type DuckDBType, type DuckDBValue } from "@duckdb/node-api";
import { cellName, type Database } from "./database.ts";

/** A table in the making. */
export interface NewTable {
  /** Appends rows; `cell` gives what is in them. */
  append(rows: number, cell: (row: number, column: number) => DuckDBValue): Promise<void>;
  /** Ends the making. */
  finish(): void;
}

/** Rows that DuckDB takes at once. */
const BLOCK = 2048;

/** Makes an empty table of columns c0, c1, ... of these types. */
export async function newTable(
  { connection, query, explained }: Database,
  name: string,
  types: readonly DuckDBType[],
): Promise<NewTable> {
  const columns = types.map((type, i) => `${cellName(i)} ${type}`);
  await query(`CREATE TABLE ${name} (${columns.join(", ")})`);
  const appender = await connection.createAppender(name);
  return {
    async append(rows, cell) {
      for (let begin = 0; begin < rows; begin += BLOCK) {
        const count = Math.min(BLOCK, rows - begin);
        const chunk = DuckDBDataChunk.create(types, count);
        types.forEach((_, column) => {
          const vector = chunk.getColumnVector(column);
          for (let row = 0; row < count; row++) vector.setItem(row, cell(begin + row, column));
          vector.flush();
        });
        explained(() => appender.appendDataChunk(chunk));
        // Or Ctrl-C would wait for the last row.
        await setImmediate();
      }
    },
    finish: () => explained(() => appender.closeSync()),
  };
}
