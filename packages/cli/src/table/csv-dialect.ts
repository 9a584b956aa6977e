import type { DuckDBValue } from "@duckdb/node-api";
import { cellName, type Database, fileLiteral, literal } from "./database.ts";
import type { Compression, FileHead } from "./file-head.ts";

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
  compression: Compression;
}

/** Lets DuckDB find separator, quotes, header and lines to skip. */
export async function findDialect(
  path: string,
  head: FileHead,
  database: Database,
): Promise<CsvDialect> {
  const comment = /^\s*#/m.test(head.text) ? "#" : "";
  const [row] = await database
    .query(
      `SELECT Delimiter, Quote, Escape, SkipRows::DOUBLE, HasHeader, len(Columns)::DOUBLE,
         Columns[1].type FROM sniff_csv(${fileLiteral(path)},
         compression='${head.compression}' ${comment && ", comment='#'"})`,
    )
    .catch((error: unknown) => [plainRow(head.text, error)]);
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
    compression: head.compression,
  };
  const cut = tableAbove(head.text, dialect);
  if (cut) return { ...dialect, ...cut };
  const misread = separatorBesideCommas(head.text, dialect);
  if (misread) return { ...dialect, ...misread };
  if (dialect.width > 1 || firstType !== "VARCHAR") return dialect;
  return { ...dialect, ...plainSeparator(head.text) };
}

/** What the sniffer would have said of a file in which it finds no table for rows too long. */
function plainRow(text: string, error: unknown): DuckDBValue[] {
  const { delimiter, width } = plainSeparator(text);
  if (delimiter === undefined || width === undefined) throw error;
  return [delimiter, '"', '"', 0, true, width, "VARCHAR"];
}

/**
 * A longer row at the end makes the sniffer take the table for lines above another. Reading from the
 * first line instead gives the reader's own message with the line's number.
 */
function tableAbove(text: string, { delimiter, skip }: CsvDialect): Partial<CsvDialect> | null {
  const lines = linesOf(text);
  const above = lines.slice(0, skip);
  const width = above[0]?.split(delimiter).length ?? 0;
  const isTable = width > 1 && above.every((line) => line.split(delimiter).length === width);
  if (above.length < 2 || !isTable || lines.length - above.length >= above.length) return null;
  return { skip: 0, width, header: true };
}

/**
 * Decimal commas pass for separators where every number has one: the sniffer then takes `1,5;2,5`
 * for three columns. With the separator that every line repeats, their cells are what they are, and
 * are refused as numbers with commas.
 */
function separatorBesideCommas(
  text: string,
  { delimiter, width }: CsvDialect,
): Partial<CsvDialect> | null {
  if (delimiter !== ",") return null;
  // The last line of the head may be cut.
  const lines = linesOf(text).slice(0, 20);
  const complete = lines.length > 2 ? lines.slice(0, -1) : lines;
  const [first = ""] = complete;
  for (const mark of [";", "\t"]) {
    const fields = first.split(mark);
    const regular = complete.every((line) => line.split(mark).length === fields.length);
    if (fields.length < 2 || complete.length < 2 || !regular) continue;
    const header = !fields.every((field) => isCommaNumber(field));
    if (header && first.split(",").length === width) continue;
    return { delimiter: mark, width: fields.length, skip: 0, header };
  }
  return null;
}

const linesOf = (text: string): string[] =>
  text.split(/\r?\n|\r/).filter((line) => line.trim() && !/^\s*#/.test(line));

/** Whether a cell is a number written with commas: `1,5`, `1,234.5`, `1.234,5`. */
export function isCommaNumber(cell: string): boolean {
  return /^\s*[-+]?(\d+(,\d+)+(\.\d+)?|\d{1,3}(\.\d{3})+,\d+)\s*$/.test(cell);
}

/**
 * Rows of different lengths make the sniffer fall back on one column of text. Asking for the
 * separator that is plainly there gives the reader's own message with the line's number.
 */
function plainSeparator(text: string): Partial<CsvDialect> {
  const [first, second] = linesOf(text);
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
    compression='${dialect.compression}', delim=${literal(dialect.delimiter)},
    quote=${literal(dialect.quote)}, escape=${literal(dialect.escape)},
    comment=${literal(dialect.comment)}, skip=${dialect.skip}, columns={${columns.join(", ")}})`;
}
