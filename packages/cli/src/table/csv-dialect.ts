import type { DuckDBValue } from "@duckdb/node-api";
import { DataError } from "pushforward";
import type { DataFile } from "./data-file.ts";
import { cellName, type Database, fileLiteral, literal } from "./database.ts";
import type { Compression, FileHead } from "./file-head.ts";

/** How a file writes its table. */
export interface CsvDialect {
  delimiter: string;
  quote: string;
  escape: string;
  /** The lines of comments at the start. */
  comments: number;
  /** Further lines above the table. */
  skip: number;
  header: boolean;
  /** Number of columns. */
  width: number;
  compression: Compression;
}

/**
 * Lets DuckDB find separator, quotes, header and lines to skip. Lines that begin with `#` are
 * comments where they stand above all others; below, they are rows.
 */
export async function findDialect(
  { path, label }: DataFile,
  head: FileHead,
  database: Database,
): Promise<CsvDialect> {
  const { above, text } = withoutComments(head.text);
  const told = tellSniffer(above, text);
  const [row] = await database
    .query(
      `SELECT Delimiter, Quote, Escape, SkipRows::DOUBLE, HasHeader, len(Columns)::DOUBLE,
         Columns[1].type FROM sniff_csv(${fileLiteral(path)},
         compression='${head.compression}'${told.option})`,
    )
    .catch((error: unknown) => [plainRow(text, error)]);
  const [delimiter, quote, escapeMark, skip, header, width, firstType] = row as DuckDBValue[];
  const dialect = {
    delimiter: delimiter as string,
    // A file may quote its first cell far below the lines that were looked at.
    quote: quote === "(empty)" ? '"' : (quote as string),
    escape: escapeMark === "(empty)" ? '"' : (escapeMark as string),
    comments: above.length,
    skip: Math.max(0, (skip as number) - told.skipped),
    header: header as boolean,
    width: width as number,
    compression: head.compression,
  };
  refuseOpenQuote(label, above, dialect);
  const cut = tableAbove(text, dialect);
  if (cut) return { ...dialect, ...cut };
  const misread = separatorBesideCommas(text, dialect);
  if (misread) return { ...dialect, ...misread };
  if (dialect.width > 1 || firstType !== "VARCHAR") return dialect;
  return { ...dialect, ...plainSeparator(text) };
}

/** What the sniffer would have said of a file in which it finds no table for rows too long. */
function plainRow(text: string, error: unknown): DuckDBValue[] {
  const { delimiter, width } = plainSeparator(text);
  if (delimiter === undefined || width === undefined) throw error;
  return [delimiter, '"', '"', 0, true, width, "VARCHAR"];
}

/** Parts a text into the comments at its start, blank lines among them, and the rest. */
function withoutComments(text: string): { above: string[]; text: string } {
  const block = /^(?:[^\S\r\n]*(?:#.*)?(?:\r\n|\n|\r))*/.exec(text)?.[0] ?? "";
  if (!block.includes("#")) return { above: [], text };
  return { above: block.split(LINE_END).slice(0, -1), text: text.slice(block.length) };
}

/**
 * Tells the sniffer of comments; where rows would pass for some, it is told to skip lines instead,
 * and looks for no more of them. `skipped` is how many of the lines it counts as skipped.
 */
function tellSniffer(above: readonly string[], text: string): { option: string; skipped: number } {
  if (above.length === 0) return { option: "", skipped: 0 };
  if (text.includes("#")) return { option: `, skip=${above.length}`, skipped: above.length };
  // Of comments it counts the blank lines among them, and one behind a byte order mark.
  const skipped = above.filter((line) => !/^\s*#/.test(line) || line.startsWith("\ufeff")).length;
  return { option: ", comment='#'", skipped };
}

/** The reader minds quotes in lines that it skips: one that stays open would take rows with it. */
function refuseOpenQuote(
  label: string,
  above: readonly string[],
  { delimiter, quote }: CsvDialect,
): void {
  const quotes = (line: string) => line.split(quote).length - 1;
  const opens = (line: string) =>
    line.split(delimiter).some((cell) => cell.trimStart().startsWith(quote));
  const line = above.findIndex((comment) => opens(comment) && quotes(comment) % 2 === 1);
  if (line === -1) return;
  throw new DataError(
    `${label}: line ${line + 1} is a comment that opens a quote and does not close it; close it or ` +
      "take it out",
  );
}

const LINE_END = /\r\n|\n|\r/;

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

const linesOf = (text: string): string[] => text.split(LINE_END).filter((line) => line.trim());

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
    comment='', skip=${dialect.comments + dialect.skip}, columns={${columns.join(", ")}})`;
}
