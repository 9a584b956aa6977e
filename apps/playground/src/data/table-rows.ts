import Papa, { type ParseResult } from "papaparse";
import { TableError } from "./table-error.ts";

/** A row of a table, and the line of the file that it begins in. */
export interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What may stand between cells; the first that fits wins, for decimal commas stand beside semicolons only. */
const DELIMITERS = [";", "\t", ",", "|"] as const;

/** Rows and characters that the delimiter is told from. */
const SAMPLE_ROWS = 50;
const SAMPLE = 65_536;

/** Characters that are read before the browser has its turn: some milliseconds. */
const CHUNK = 2 ** 18;

/** Lines that end in "\r\n" are fine with "\n": cells are trimmed. */
const newlineOf = (text: string) => (text.slice(0, SAMPLE).includes("\n") ? "\n" : "\r");

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === "");

/** What stands between the cells of a table: what parts all of its first rows alike. */
export function delimiterOf(text: string): string {
  const newline = newlineOf(text);
  const readings = DELIMITERS.map((delimiter) => {
    const parser = new Papa.Parser({ delimiter, newline, preview: SAMPLE_ROWS });
    const sample = text.slice(0, SAMPLE);
    const { data }: ParseResult<string[]> = parser.parse(sample, 0, text.length > SAMPLE);
    const widths = data.filter((cells) => !isBlank(cells)).map((cells) => cells.length);
    return { delimiter, width: widths[0] ?? 0, isEven: new Set(widths).size === 1 };
  });
  const even = readings.find(({ width, isEven }) => isEven && width > 1);
  // Rows of unequal lengths are complained about later; the header tells best what was meant.
  const widest = readings.reduce((best, each) => (each.width > best.width ? each : best));
  return (even ?? widest).delimiter;
}

/**
 * The rows of a table but for blank ones, piece by piece; between the pieces the browser has its turn.
 *
 * @param report hears which share of the text has been read.
 * @throws TableError where a quotation mark is out of place.
 */
export async function* rowsOf(
  text: string,
  delimiter: string,
  report: (share: number) => void = () => {},
): AsyncGenerator<readonly TableRow[], void, undefined> {
  const newline = newlineOf(text);
  const countBreaks = (piece: string) => piece.split(newline).length - 1;
  const parser = new Papa.Parser({ delimiter, newline });
  let line = 1;
  let start = 0;
  while (start < text.length) {
    const isLast = start + CHUNK >= text.length;
    const piece = text.slice(start, start + CHUNK);
    const { data, errors, meta }: ParseResult<string[]> = parser.parse(piece, 0, !isLast);
    // An error in the row that the piece cuts off may be one of the cut; the next piece begins with that row.
    const error = errors.find(({ row = 0 }) => isLast || row < data.length);
    if (error) {
      const where = line + countBreaks(piece.slice(0, error.index));
      throw new TableError(
        error.code === "MissingQuotes"
          ? `the quotation mark in line ${where} is never closed. Close it, or leave it out.`
          : `a quotation mark stands in the middle of a cell in line ${where}. Write it twice, or leave it out.`,
      );
    }
    if (meta.cursor === 0) {
      throw new TableError(
        `the row that begins in line ${line} has more than ${CHUNK} characters: is there a quotation mark that is not closed?`,
      );
    }
    const hasQuotes = piece.includes('"');
    const found: TableRow[] = [];
    for (const cells of data) {
      if (!isBlank(cells)) found.push({ line, cells });
      line += 1;
      if (!hasQuotes) continue;
      for (const cell of cells) if (cell.includes(newline)) line += countBreaks(cell);
    }
    yield found;
    start += meta.cursor;
    report(Math.min(1, start / text.length));
    await new Promise((resolve) => setTimeout(resolve));
  }
}
