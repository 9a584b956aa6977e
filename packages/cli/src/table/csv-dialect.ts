import { resolve } from "node:path";
import type { DuckDBValue } from "@duckdb/node-api";
import { type Database, literal } from "./database.ts";
import type { FileHead } from "./file-head.ts";

/** How a file writes its table. */
export interface CsvDialect {
  delimiter: string;
  quote: string;
  escape: string;
  comment: string;
  /** Lines above the table. */
  skip: number;
  header: boolean;
  /** Number of columns. */
  width: number;
  gzipped: boolean;
}

/** Lets DuckDB find separator, quotes, header and lines to skip. */
export async function findDialect(
  path: string,
  head: FileHead,
  database: Database,
): Promise<CsvDialect> {
  const comment = /^\s*#/m.test(head.text) ? "#" : "";
  const [row] = await database.query(
    `SELECT Delimiter, Quote, Escape, SkipRows::DOUBLE, HasHeader, len(Columns)::DOUBLE,
       Columns[1].type FROM sniff_csv(${fileLiteral(path)},
       compression='${compression(head)}' ${comment && ", comment='#'"})`,
  );
  const [delimiter, quote, escapeMark, skip, header, width, firstType] = row as DuckDBValue[];
  const dialect = {
    delimiter: delimiter as string,
    // A file may quote its first cell far below the lines that were looked at.
    quote: quote === "(empty)" ? '"' : (quote as string),
    escape: escapeMark === "(empty)" ? '"' : (escapeMark as string),
    comment,
    skip: skip as number,
    header: header as boolean,
    width: width as number,
    gzipped: head.gzipped,
  };
  if (dialect.width > 1 || firstType !== "VARCHAR") return dialect;
  return { ...dialect, ...plainSeparator(head.text) };
}

/**
 * Rows of different lengths make the sniffer fall back on one column of text. Asking for the
 * separator that is plainly there gives the reader's own message with the line's number.
 */
function plainSeparator(text: string): Partial<CsvDialect> {
  const lines = text.split(/\r?\n|\r/).filter((line) => line.trim() && !/^\s*#/.test(line));
  const [first, second] = lines;
  if (first === undefined || second === undefined) return {};
  const delimiter = [",", ";", "\t", " "].find(
    (mark) => first.trim().includes(mark) && second.trim().includes(mark),
  );
  return delimiter ? { delimiter, width: first.split(delimiter).length } : {};
}

/** The SQL that reads the file's cells as text, in columns c0, c1, ... */
export function csvSource(path: string, dialect: CsvDialect, header: boolean): string {
  const columns = Array.from({ length: dialect.width }, (_, c) => `'${cellName(c)}': 'VARCHAR'`);
  return `read_csv(${fileLiteral(path)}, auto_detect=false, header=${header},
    compression='${compression(dialect)}', delim=${literal(dialect.delimiter)},
    quote=${literal(dialect.quote)}, escape=${literal(dialect.escape)},
    comment=${literal(dialect.comment)}, skip=${dialect.skip}, columns={${columns.join(", ")}})`;
}

/** The name in SQL of a column of cells. */
export const cellName = (column: number): string => `c${column}`;

const compression = ({ gzipped }: { gzipped: boolean }) => (gzipped ? "gzip" : "none");

/** The path as SQL that is read as it stands: never a URL, never a pattern for many files. */
const fileLiteral = (path: string): string => literal(resolve(path).replace(/[[*?]/g, "[$&]"));
