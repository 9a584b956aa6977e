import { DomainError } from "pushforward";
import type { DataSource } from "../table/data-source.ts";
import { openData } from "../table/open-data.ts";
import type { ColumnChoice } from "../table/select-columns.ts";

/** Options of every command that reads a table. */
export interface DataOptions extends ColumnChoice {
  /** A query in the place of a file. */
  sql?: string;
  /** Of a database's tables, or of the arrays in an NPZ file. */
  table?: string;
  /** Columns that are written beside those of the model. */
  keep?: string[];
}

/**
 * Open the file or query that a command was given.
 *
 * @param asText names of columns of text that stay text even where they hold numbers only.
 * @throws DomainError for both or neither; DataError when it cannot be read.
 */
export function openInput(
  path: string | undefined,
  options: DataOptions,
  asText: readonly string[],
): Promise<DataSource> {
  const { sql, table } = options;
  if (sql !== undefined) {
    if (path === undefined) return openData({ sql }, asText);
    throw new DomainError(`--sql: takes the place of a file, and ${path} is one; give one of them`);
  }
  if (path !== undefined) return openData({ path, ...(table && { table }) }, asText);
  throw new DomainError("no data: name a file, or give a query with --sql");
}
