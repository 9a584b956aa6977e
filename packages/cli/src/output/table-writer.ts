import { open, stat } from "node:fs/promises";
import { extname } from "node:path";
import { DataError } from "pushforward";
import type { Table, TableColumn } from "pushforward/tables";
import { type CellText, csvCells, jsonCells, type OutputColumn } from "./cell-text.ts";
import { csvHeader, csvLine } from "./csv-lines.ts";
import {
  checkOutput,
  inBlocks,
  printText,
  type Replacement,
  replacing,
  writingError,
} from "./output-file.ts";
import { openParquetRows } from "./parquet-rows.ts";
import type { RowSink } from "./row-sink.ts";

/** Writes a table by pieces. After an error the old file is as it was, and nothing else is left. */
export interface TableWriter {
  /** Takes rows of the columns that were announced, in their order. */
  write(table: Table): Promise<void>;
  /** Puts the file in its place. */
  close(): Promise<void>;
  /** Gives up: leaves the old file as it was. */
  abort(): Promise<void>;
}

/** Endings of the files that tables are written to. */
const ENDINGS: readonly string[] = [".csv", ".tsv", ".parquet", ".jsonl", ".ndjson"];

/**
 * Refuses a path to which no table can be written, before any work is done for it.
 *
 * @param others files that the command reads as well.
 * @param endings of the formats that can be written.
 * @throws DataError as {@link checkOutput}, and for a file whose ending no format has; devices and pipes need none.
 */
export async function checkTableOutput(
  path: string,
  others: readonly string[],
  endings = ENDINGS,
): Promise<void> {
  await checkOutput(path, others);
  const existing = await stat(path).catch(() => null);
  const ending = extname(path).toLowerCase();
  if (endings.includes(ending) || (existing && !existing.isFile())) return;
  throw new DataError(
    `${path}: ${ending === "" ? "has no ending that tells the format" : `no format ends in ${ending}`}; name a file ` +
      `that ends in ${endings.join(", ")}, or leave --out out for CSV on standard output`,
  );
}

/**
 * Opens a table for writing: CSV, or by the ending of the path TSV (`.tsv`), JSON lines (`.jsonl`,
 * `.ndjson`) or Parquet (`.parquet`); without a path, CSV on standard output. Dates are written in ISO
 * form, a missing cell as nothing or null.
 *
 * @throws DataError when the file cannot be written; so do `write` and `close`.
 */
export async function openTableWriter(
  path: string | null,
  columns: readonly OutputColumn[],
): Promise<TableWriter> {
  if (path === null) return printer(columns);
  const file = await replacing(path);
  const rows = await attempt(path, file, () => openRows(path, file, columns));
  let failed = false;
  const guarded = async (work: () => Promise<void>) => {
    if (failed) return;
    failed = true;
    await attempt(path, file, work, rows.release);
    failed = false;
  };
  return {
    write: (table) => guarded(() => rows.write(table)),
    close: () =>
      guarded(async () => {
        await rows.finish();
        await file.commit();
      }),
    async abort() {
      if (failed) return;
      failed = true;
      await rows.release();
      await file.discard();
    },
  };
}

async function attempt<T>(
  path: string,
  file: Replacement,
  work: () => Promise<T>,
  release: () => Promise<void> = async () => {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await release();
    await file.discard();
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`);
    throw writingError(path, error);
  }
}

function openRows(path: string, { place }: Replacement, columns: readonly OutputColumn[]) {
  const ending = extname(path).toLowerCase();
  if (ending === ".parquet") return openParquetRows(place, columns);
  if (ending === ".jsonl" || ending === ".ndjson") return openTextRows(place, jsonLines(columns));
  return openTextRows(place, csvLines(columns, ending === ".tsv" ? "\t" : ","));
}

/** How a table becomes lines of text. */
interface Lines {
  head: string;
  of(table: Table): Generator<string>;
}

async function openTextRows(place: string, { head, of }: Lines): Promise<RowSink> {
  const file = await open(place, "w");
  let isOpen = true;
  const release = async () => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  };
  const sink: RowSink = {
    async write(table) {
      for (const block of inBlocks(of(table))) await file.appendFile(block);
    },
    finish: release,
    release,
  };
  if (head) await file.appendFile(head);
  return sink;
}

function printer(columns: readonly OutputColumn[]): TableWriter {
  const { head, of } = csvLines(columns, ",");
  let started = false;
  const start = async () => {
    if (!started) await printText([head]);
    started = true;
  };
  return {
    async write(table) {
      await start();
      await printText(of(table));
    },
    close: start,
    abort: async () => {},
  };
}

function csvLines(columns: readonly OutputColumn[], separator: "," | "\t"): Lines {
  return {
    head: csvHeader(
      columns.map(({ name }) => name),
      separator,
    ),
    *of(table) {
      const texts = cellTexts(table, columns, csvCells);
      for (let row = 0; row < table.rows; row++) {
        yield csvLine(
          texts.map((text) => text(row)),
          separator,
        );
      }
    },
  };
}

function jsonLines(columns: readonly OutputColumn[]): Lines {
  const keys = columns.map(({ name }) => JSON.stringify(name));
  return {
    head: "",
    *of(table) {
      const texts = cellTexts(table, columns, jsonCells);
      for (let row = 0; row < table.rows; row++) {
        yield `{${texts.map((text, i) => `${keys[i]}:${text(row)}`).join(",")}}\n`;
      }
    },
  };
}

const cellTexts = (
  table: Table,
  columns: readonly OutputColumn[],
  texts: (column: TableColumn, output: OutputColumn) => CellText,
): CellText[] => columns.map((column, i) => texts(table.columns[i] as TableColumn, column));
