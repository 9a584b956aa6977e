import type { DuckDBValue } from "@duckdb/node-api";
import { DataError } from "pushforward";
import { type CsvDialect, cellName, csvSource, findDialect } from "./csv-dialect.ts";
import { type Database, literal, openDatabase } from "./database.ts";
import { readHead } from "./file-head.ts";
import { counted, listed } from "./wording.ts";

/** What the cells of one column are. Rows count from 1, the first row below the header. */
export interface ColumnCells {
  /** Finite numbers. */
  numbers: number;
  /** Empty cells, words for a missing value (NA, null, ?), NaN and infinite numbers. */
  missing: number;
  firstMissing: { row: number; cell: string } | null;
  /** Cells that are neither. */
  text: number;
  firstText: { row: number; cell: string } | null;
  /** Every number is the row's own number, counted from 0 or from 1. */
  countsRows: boolean;
}

/** A CSV or TSV file that was read into memory as text, cell by cell. Close it after use. */
export interface CsvFile {
  names: string[];
  rows: number;
  notices: string[];
  describe(column: number): Promise<ColumnCells>;
  /** The numbers of one column, NaN where a cell is missing or not a number. */
  numbers(column: number): Promise<Float64Array>;
  close(): void;
}

/** Reads a table of text cells; gzipped files too. Throws a DataError in one line. */
export async function openCsvFile(path: string): Promise<CsvFile> {
  const head = await readHead(path);
  const database = await openDatabase(path);
  try {
    const dialect = await findDialect(path, head, database);
    const header = dialect.header ? await readHeader(path, dialect, database) : null;
    const rows = await readCells(path, dialect, header !== null, database);
    const names = Array.from({ length: dialect.width }, (_, i) => header?.[i] || `column${i}`);
    const above = `Skipped ${counted(dialect.skip, "line")} above the table.`;
    const headless = `No header line was found: the columns are called ${listed(names, 3)}.`;
    return {
      names,
      rows,
      notices: [...(dialect.skip > 0 ? [above] : []), ...(header ? [] : [headless])],
      describe: (column) => describeColumn(database, cellName(column)),
      numbers: (column) => database.numbers(numbersOf(cellName(column)), rows),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * The header's names, or null where the first row is one of data: it holds numbers only, or a
 * number that is no name (a column may well be named 2024).
 */
async function readHeader(
  path: string,
  dialect: CsvDialect,
  database: Database,
): Promise<string[] | null> {
  // Read as a row of cells: the reader would rename the second of two columns of one name.
  const [row] = await database.query(`SELECT * FROM ${csvSource(path, dialect, false)} LIMIT 1`);
  const names = (row ?? []).map((cell) => String(cell ?? "").trim());
  const isNumber = (name: string) => name !== "" && !Number.isNaN(Number(name));
  const isData = (name: string) => isNumber(name) && !/^\d+$/.test(name);
  const isName = (name: string) => !isNumber(name) && !isMissing(name);
  return names.some(isName) && !names.some(isData) ? names : null;
}

/** Reads the file into the table `cells` and counts its rows. */
async function readCells(
  path: string,
  dialect: CsvDialect,
  header: boolean,
  database: Database,
): Promise<number> {
  await database.query(`CREATE TABLE cells AS SELECT * FROM ${csvSource(path, dialect, header)}`);
  const cells = Array.from({ length: dialect.width }, (_, column) => cellName(column)).join(", ");
  // Spreadsheets and editors leave rows without a single value at the end.
  await database.query(
    `DELETE FROM cells WHERE rowid > coalesce(
       (SELECT max(rowid) FROM cells WHERE coalesce(${cells}) IS NOT NULL), -1)`,
  );
  const [count] = await database.query("SELECT count(*)::DOUBLE FROM cells");
  const rows = count?.[0] as number;
  if (rows > 0) return rows;
  throw new DataError(`${path}: has a header line but no rows; add rows of numbers`);
}

const MISSING = ["", "na", "n/a", "#n/a", "nan", "null", "none", "?"];

const isMissing = (cell: string): boolean => MISSING.includes(cell.trim().toLowerCase());

async function describeColumn(database: Database, cell: string): Promise<ColumnCells> {
  const [row] = await database.query(
    `WITH parsed AS (
       SELECT ${cell} AS cell, rowid AS row, TRY_CAST(${cell} AS DOUBLE) AS number,
         ${cell} IS NULL OR lower(trim(${cell})) IN (${MISSING.map(literal)}) AS absent FROM cells),
     kinds AS (
       SELECT *, absent OR (number IS NOT NULL AND NOT isfinite(number)) AS missing FROM parsed)
     SELECT
       (count(*) FILTER (NOT missing AND number IS NOT NULL))::DOUBLE,
       (count(*) FILTER (missing))::DOUBLE,
       (min(row) FILTER (missing))::DOUBLE,
       arg_min(coalesce(cell, ''), row) FILTER (missing),
       (count(*) FILTER (NOT missing AND number IS NULL))::DOUBLE,
       (min(row) FILTER (NOT missing AND number IS NULL))::DOUBLE,
       arg_min(cell, row) FILTER (NOT missing AND number IS NULL),
       count(*) FILTER (number = row) = count(*) OR count(*) FILTER (number = row + 1) = count(*)
     FROM kinds`,
  );
  const [numbers, missing, missingRow, missingCell, text, textRow, textCell, countsRows] =
    row as DuckDBValue[];
  const first = (row: DuckDBValue | undefined, cell: DuckDBValue | undefined) =>
    row === null ? null : { row: (row as number) + 1, cell: cell as string };
  return {
    numbers: numbers as number,
    missing: missing as number,
    firstMissing: first(missingRow, missingCell),
    text: text as number,
    firstText: first(textRow, textCell),
    countsRows: countsRows as boolean,
  };
}

/** The SQL of a column's numbers, NaN where a cell is none. */
function numbersOf(cell: string): string {
  const number = `TRY_CAST(${cell} AS DOUBLE)`;
  return `SELECT CASE WHEN isfinite(${number}) THEN ${number} ELSE 'nan'::DOUBLE END
    FROM cells ORDER BY rowid`;
}
