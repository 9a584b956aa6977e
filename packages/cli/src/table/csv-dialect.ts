import type { DuckDBValue } from "@duckdb/node-api";
import { DataError } from "pushforward";
import type { DataFile } from "./data-file.ts";
import { cellName, type Database, fileLiteral, literal } from "./database.ts";
import type { Compression, FileHead } from "./file-head.ts";
import { isMissing } from "./missing-words.ts";

/** In the place of a separator: cells have runs of blanks between them. */
export const BLANKS = Symbol("blanks");

/** How a file writes its table. */
export interface CsvDialect {
  delimiter: string | typeof BLANKS;
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

type SeparatedDialect = CsvDialect & { delimiter: string };

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
  const blanks = betweenBlanks(text);
  if (blanks) {
    const { compression } = head;
    return { ...blanks, quote: '"', escape: '"', comments: above.length, compression };
  }
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

/** A cell between blanks: all up to the next blank, or up to the closing quote. */
const CELL = '"[^"]*"|[^ \t]+';

/**
 * How a text is a table with runs of blanks, or blanks and tabs, between cells; null where one character separates
 * them. Most lines need as many cells; the others are refused when the file is read.
 */
function betweenBlanks(
  text: string,
): Pick<CsvDialect, "delimiter" | "skip" | "header" | "width"> | null {
  const lines = wholeLines(text);
  const rows = lines.map((line) => line.match(new RegExp(CELL, "g")) ?? []);
  const [first = [], second] = rows;
  const width = mostFrequent(rows.map(({ length }) => length));
  const usual = lines.filter((_, i) => rows[i]?.length === width);
  if (!second || Math.min(width, first.length) < 2 || 2 * usual.length < lines.length) return null;
  const ofNumbers = rows.slice(1).flat().every(isNumberOrGap);
  // The first line may be a title of as many words, and the second the header.
  const isTitled =
    !second.some(isNumberOrGap) &&
    usual.slice(1).every((line) => line.split("\t").length === width);
  const byTabs = isTitled || shareOfWidth(usual, "\t") >= (ofNumbers ? 1 : 0.5);
  const byBlank = usual.some((line) => /^[ \t]|[ \t]{2}|[ \t]$/.test(line))
    ? usual.length < lines.length && shareOfWidth(lines, " ") === 1
    : shareOfWidth(usual, " ") === 1;
  const byOther = [",", ";", "|"].some((mark) => {
    const marked = usual.filter((line) => line.includes(mark));
    return marked.length >= MOST_LINES * usual.length;
  });
  if (byTabs || byBlank || byOther) return null;
  const skip = text.split(LINE_END).findIndex((line) => line.trim() !== "");
  return { delimiter: BLANKS, skip, header: !first.every(isNumberOrGap), width: first.length };
}

const isNumberOrGap = (cell: string) => isMissing(cell) || !Number.isNaN(Number(cell));

/** Which share of lines has as many fields as the first, with one mark between fields; 0 where that has but one. */
function shareOfWidth(lines: readonly string[], mark: string): number {
  const widths = lines.map((line) => line.split(mark).length);
  return widths[0] === 1 ? 0 : widths.filter((width) => width === widths[0]).length / widths.length;
}

/** Of the lines: some may stand above the table. */
const MOST_LINES = 0.9;

/** The lines that hold more than blanks; the last one of the head may be cut. */
function wholeLines(text: string): string[] {
  const lines = linesOf(text);
  return lines.length > 2 && !/[\r\n]$/.test(text) ? lines.slice(0, -1) : lines;
}

function mostFrequent(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  const most = Math.max(...times.values());
  return counts.find((count) => times.get(count) === most) ?? 0;
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
  { delimiter, quote }: SeparatedDialect,
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
function tableAbove(
  text: string,
  { delimiter, skip }: SeparatedDialect,
): Partial<CsvDialect> | null {
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
  { delimiter, width }: SeparatedDialect,
): Partial<CsvDialect> | null {
  if (delimiter !== ",") return null;
  const complete = headLines(text);
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

/** Some lines to judge by; the last one of the head may be cut. */
function headLines(text: string): string[] {
  const lines = linesOf(text).slice(0, 20);
  return lines.length > 2 ? lines.slice(0, -1) : lines;
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
function plainSeparator(text: string): Partial<SeparatedDialect> {
  const [first, second] = linesOf(text);
  if (first === undefined || second === undefined) return {};
  const delimiter = [",", ";", "\t", " "].find(
    (mark) => first.trim().includes(mark) && second.trim().includes(mark),
  );
  return delimiter ? { delimiter, width: first.split(delimiter).length } : {};
}

/** The SQL that reads the file's cells as text, in columns c0, c1, ... */
export function csvSource(path: string, dialect: CsvDialect, header: boolean): string {
  const { delimiter, width, quote, escape: escapeMark, comments, skip, compression } = dialect;
  if (delimiter === BLANKS) {
    const bare = (cell: string) => `regexp_replace(${cell}, '^"(.*)"$', '\\1')`;
    const cells = Array.from(
      { length: width },
      (_, c) => `${bare(`cells[${c + 1}]`)} AS ${cellName(c)}`,
    );
    return `(SELECT ${cells.join(", ")} FROM ${blanksSource(path, dialect, header)})`;
  }
  const columns = Array.from({ length: width }, (_, c) => `'${cellName(c)}': 'VARCHAR'`);
  return `read_csv(${fileLiteral(path)}, auto_detect=false, header=${header},
    compression='${compression}', delim=${literal(delimiter)},
    quote=${literal(quote)}, escape=${literal(escapeMark)},
    comment='', skip=${comments + skip}, columns={${columns.join(", ")}})`;
}

/** The SQL that reads the file's rows as lists of cells with blanks between them, each with the number of its line. */
export function blanksSource(path: string, dialect: CsvDialect, header: boolean): string {
  const above = dialect.comments + dialect.skip + Number(header);
  return `(SELECT line, regexp_extract_all(text, '${CELL}') AS cells
    FROM (SELECT *, ${above} + row_number() OVER () AS line FROM
      read_csv(${fileLiteral(path)}, auto_detect=false, header=false, compression='${dialect.compression}',
        delim='\\x01', quote='', escape='', comment='', strict_mode=false, skip=${above}, columns={'text': 'VARCHAR'}))
    WHERE trim(coalesce(text, ''), ' \t') <> '')`;
}
