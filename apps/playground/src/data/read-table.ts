import Papa from "papaparse";

/** A column of numbers of a visitor's table; NaN where a cell is none. */
export interface NumberColumn {
  readonly name: string;
  readonly values: Float32Array;
  /** Cells that hold no number. */
  readonly gaps: number;
}

export interface VisitorTable {
  readonly name: string;
  readonly rows: number;
  /** The columns of which at least half of the cells are numbers. */
  readonly columns: readonly NumberColumn[];
}

/** Why a table cannot be read, for people. */
export class TableError extends Error {}

/** Larger files belong to the command, which reads them in a stream. */
const LARGEST = 100 * 2 ** 20;

/** Fewer rows than this are too few to hold any out. */
const FEWEST_ROWS = 20;

/**
 * Read a table of comma-, semicolon- or tab-separated values with a header line. It does not leave the page.
 *
 * @throws TableError that says what is wrong and where.
 */
export async function readTable(file: File): Promise<VisitorTable> {
  const fail = (what: string) => new TableError(`${file.name}: ${what}`);
  if (file.size === 0) throw fail("the file is empty.");
  if (file.size > LARGEST) {
    throw fail(`it is larger than 100 MB. Take the command: pushforward fit ${file.name}`);
  }
  const text = await file.text();
  if (/[\0\uFFFD]/.test(text.slice(0, 65_536))) {
    throw fail("this is no text. Save the table as CSV in UTF-8.");
  }
  const { data, errors } = Papa.parse<string[]>(text.trimEnd(), { skipEmptyLines: "greedy" });
  const quotes = errors.find(({ type }) => type === "Quotes");
  if (quotes) {
    const where = quotes.row === undefined ? "" : ` in line ${quotes.row + 1}`;
    throw fail(`a quotation mark is never closed or stands in the middle of a cell${where}.`);
  }
  const [header = [], ...rows] = data;
  const ragged = rows.findIndex((row) => row.length !== header.length);
  if (ragged >= 0) {
    const [got, wanted] = [rows[ragged]?.length, header.length];
    throw fail(`line ${ragged + 2} has ${got} cells, the header ${wanted}. Mend the line.`);
  }
  if (rows.length < FEWEST_ROWS) {
    throw fail(`it has ${rows.length} rows below the header; ${FEWEST_ROWS} are the least.`);
  }
  const columns = header
    .map((name, index) => readColumn(name.trim() || `column ${index + 1}`, rows, index))
    .filter(({ gaps }) => gaps <= rows.length / 2);
  if (columns.length < 2) {
    const found = columns.length === 1 ? `only “${columns[0]?.name}” has` : "no column has";
    throw fail(`two columns of numbers are needed, and ${found} numbers in half of its cells.`);
  }
  return { name: file.name, rows: rows.length, columns };
}

function readColumn(name: string, rows: readonly string[][], index: number): NumberColumn {
  const values = Float32Array.from(rows, (row) => readNumber(row[index] ?? ""));
  return { name, values, gaps: values.filter(Number.isNaN).length };
}

function readNumber(cell: string): number {
  const value = cell.trim() === "" ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Pairs of two columns, without the rows where either has a gap; `[n, 2]`, row-major. */
export function pairColumns(x: NumberColumn, y: NumberColumn): Float32Array {
  const pairs: number[] = [];
  for (const [row, value] of x.values.entries()) {
    const other = y.values[row] as number;
    if (!Number.isNaN(value) && !Number.isNaN(other)) pairs.push(value, other);
  }
  return Float32Array.from(pairs);
}
