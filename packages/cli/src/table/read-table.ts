import { DataError } from "pushforward";
import { type ColumnChoice, chooseColumns, type FileColumn } from "./choose-columns.ts";
import { type CsvFile, openCsvFile } from "./csv-file.ts";
import { counted, option, quoted } from "./wording.ts";

/** A table of finite numbers. */
export interface Table {
  /** The file's path, as it was given. */
  source: string;
  names: string[];
  rows: number;
  /** Row-major, `rows` x `names.length`. */
  values: Float64Array;
  /** What was left out, one line each. */
  notices: string[];
}

export interface ReadTableOptions extends ColumnChoice {
  /** Leave out rows in which a cell is missing; without it, a missing cell is an error. */
  dropMissing?: boolean;
}

/** The largest magnitude that is read: beyond it, float32 arithmetic would overflow. */
const LARGEST = 1e30;

/**
 * Reads the numeric columns of a CSV or TSV file (gzipped too; lines that start with `#` are
 * comments). Columns of text and a running row number are left out, with a notice.
 *
 * @throws DataError, in one line that names the file or the column, the row and the way out.
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  const file = await openCsvFile(path);
  try {
    const all: FileColumn[] = [];
    for (const [index, name] of file.names.entries()) {
      all.push({ name, index, ...file.describe(index) });
    }
    const { chosen, notices } = chooseColumns(path, all, options);
    if (!options.dropMissing) for (const column of chosen) refuseMissing(path, file.rows, column);
    const columns = await readColumns(path, file, chosen);
    const kept = completeRows(columns, file.rows);
    if (kept.length < file.rows) notices.push(droppedNotice(path, file.rows, kept.length));
    return {
      source: path,
      names: chosen.map(({ name }) => name),
      rows: kept.length,
      values: rowMajor(columns, kept),
      notices: [...file.notices, ...notices],
    };
  } finally {
    file.close();
  }
}

function refuseMissing(source: string, rows: number, column: FileColumn): void {
  if (!column.firstMissing) return;
  const { row, cell } = column.firstMissing;
  const shown = cell.trim() === "" ? "empty" : quoted(cell);
  throw new DataError(
    `${source}: column ${quoted(column.name)} lacks a finite number in ` +
      `${column.missing.toLocaleString("en-US")} of ${counted(rows, "row")}, first in row ${row} ` +
      `(${shown}); ` +
      `leave such rows out with --drop-missing, or the column: ${option("--exclude", column.name)}`,
  );
}

async function readColumns(
  source: string,
  file: CsvFile,
  chosen: readonly FileColumn[],
): Promise<Float64Array[]> {
  const columns: Float64Array[] = [];
  for (const { name, index } of chosen) {
    const values = await file.numbers(index);
    const row = values.findIndex((value) => Math.abs(value) > LARGEST);
    if (row >= 0) {
      throw new DataError(
        `${source}: column ${quoted(name)} holds ${values[row]} in row ${row + 1}, beyond the ` +
          `largest magnitude of ${LARGEST}; correct or rescale it, or leave the column out: ` +
          option("--exclude", name),
      );
    }
    columns.push(values);
  }
  return columns;
}

function completeRows(columns: readonly Float64Array[], rows: number): number[] {
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (columns.every((values) => !Number.isNaN(values[row]))) kept.push(row);
  }
  return kept;
}

function droppedNotice(source: string, rows: number, kept: number): string {
  if (kept > 0) return `Left out, a cell is missing: ${counted(rows - kept, "row")}.`;
  throw new DataError(
    `${source}: every row lacks a number in some column, so --drop-missing leaves none; leave ` +
      "out the columns with the gaps: --exclude name",
  );
}

function rowMajor(columns: readonly Float64Array[], kept: readonly number[]): Float64Array {
  const values = new Float64Array(kept.length * columns.length);
  let place = 0;
  for (const row of kept) for (const column of columns) values[place++] = column[row] as number;
  return values;
}
