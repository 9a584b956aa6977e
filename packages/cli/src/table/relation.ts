import { type DuckDBType, DuckDBTypeId, StatementType } from "@duckdb/node-api";
import type { Storage } from "./cell-sql.ts";
import { cellName, type Database } from "./database.ts";

/** A table or view with columns c0, c1, ..., as these are called in their file. */
export interface Relation {
  /** Its name in SQL. */
  relation: string;
  columns: RelationColumn[];
  notices: string[];
}

export interface RelationColumn {
  name: string;
  storage: Storage;
  type: string;
}

const NUMBERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

const STORAGE: ReadonlyMap<DuckDBTypeId, Storage> = new Map([
  [DuckDBTypeId.DATE, "date"],
  [DuckDBTypeId.TIMESTAMP, "timestamp"],
  [DuckDBTypeId.TIMESTAMP_S, "timestamp"],
  [DuckDBTypeId.TIMESTAMP_MS, "timestamp"],
  [DuckDBTypeId.TIMESTAMP_NS, "timestamp"],
  [DuckDBTypeId.TIMESTAMP_TZ, "timestamp"],
  [DuckDBTypeId.BOOLEAN, "boolean"],
  [DuckDBTypeId.VARCHAR, "text"],
  [DuckDBTypeId.ENUM, "text"],
  [DuckDBTypeId.UUID, "text"],
]);

/** How cells of a type are read; the type NULL is that of a column without any value. */
function storageOf({ typeId }: DuckDBType): Storage {
  if (NUMBERS.has(typeId) || typeId === DuckDBTypeId.SQLNULL) return "number";
  return STORAGE.get(typeId) ?? "unsupported";
}

/** The columns of the result of a query, and of nothing that would change anything. */
export async function columnsOf(
  { connection }: Database,
  sql: string,
  explain: (report: string) => Error,
): Promise<RelationColumn[]> {
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new Error(`${statements.count} statements`);
    const prepared = await statements.prepare(0);
    try {
      if (prepared.statementType !== StatementType.SELECT) throw new Error("no SELECT statement");
      if (prepared.parameterCount > 0) throw new Error("parameters have no values");
      return Array.from({ length: prepared.columnCount }, (_, i) => {
        const type = prepared.columnType(i);
        const mixed = type.alias === "JSON";
        const storage = mixed ? "cells" : storageOf(type);
        return { name: prepared.columnName(i), storage, type: String(type) };
      });
    } finally {
      prepared.destroySync();
    }
  } catch (error) {
    throw explain((error as Error).message);
  }
}

/** The names c0, c1, ... for the columns of a view. */
export const cellNames = (columns: readonly unknown[]): string =>
  columns.map((_, i) => cellName(i)).join(", ");
