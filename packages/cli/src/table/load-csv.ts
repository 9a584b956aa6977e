import { BLANKS, blanksSource, type CsvDialect, csvSource, findDialect } from "./csv-dialect.ts";
import type { DataFile } from "./data-file.ts";
import { cellName, type Database, fileLiteral, limitMemory, raggedError } from "./database.ts";
import type { FileHead } from "./file-head.ts";
import { isMissing } from "./missing-words.ts";
import { counted, listed } from "./wording.ts";

/** What is known of a CSV file whose cells are in a table. */
export interface LoadedCsv {
  names: string[];
  notices: string[];
}

/** Reads a file's cells as text into a new table of columns c0, c1, ... */
export async function loadCsv(
  database: Database,
  table: string,
  file: DataFile,
  head: FileHead,
): Promise<LoadedCsv> {
  const { path } = file;
  const text = head.compression === "zstd" ? await zstdHead(database, path) : head.text;
  const dialect = await findDialect(file, { ...head, text }, database);
  const header = dialect.header ? await readHeader(path, dialect, database) : null;
  await limitMemory(database, dialect.width);
  if (dialect.delimiter === BLANKS) await refuseRagged(database, file, dialect, header !== null);
  await readCells(database, table, csvSource(path, dialect, header !== null), dialect.width);
  const names = Array.from({ length: dialect.width }, (_, i) => header?.[i] || `column${i}`);
  const above = `Skipped ${counted(dialect.skip, "line")} above the table.`;
  const headless = `No header line was found: the columns are called ${listed(names, 3)}.`;
  return {
    names,
    notices: [...(dialect.skip > 0 ? [above] : []), ...(header ? [] : [headless])],
  };
}

/** With a separator, the reader does that. */
async function refuseRagged(
  { query }: Database,
  { path, label }: DataFile,
  dialect: CsvDialect,
  header: boolean,
): Promise<void> {
  const [other] = await query(
    `SELECT line::DOUBLE, len(cells)::DOUBLE FROM ${blanksSource(path, dialect, header)}
       WHERE len(cells) <> ${dialect.width} LIMIT 1`,
  );
  if (!other) return;
  const [line, found] = other.map(Number) as [number, number];
  throw raggedError(label, line, found, dialect.width, "blanks between them");
}

/** The first lines of a file compressed with zstd, as text. */
async function zstdHead(database: Database, path: string): Promise<string> {
  const lines = await database.query(
    `SELECT line FROM read_csv(${fileLiteral(path)}, auto_detect=false, compression='zstd',
       columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', header=false) LIMIT 500`,
  );
  return lines.map(([line]) => `${line ?? ""}\n`).join("");
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

async function readCells(
  database: Database,
  table: string,
  reader: string,
  width: number,
): Promise<void> {
  await database.query(`CREATE TABLE ${table} AS SELECT * FROM ${reader}`);
  const cells = Array.from({ length: width }, (_, column) => cellName(column)).join(", ");
  // Spreadsheets and editors leave rows without a single value at the end.
  await database.query(
    `DELETE FROM ${table} WHERE rowid > coalesce(
       (SELECT max(rowid) FROM ${table} WHERE coalesce(${cells}) IS NOT NULL), -1)`,
  );
}
