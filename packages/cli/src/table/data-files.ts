import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { DataError } from "pushforward";
import { spaceError, temporaryPath } from "../files/temporary-path.ts";
import { type DataFile, type DataFormat, dataFile } from "./data-file.ts";
import { literal, openDatabase } from "./database.ts";
import { readingError } from "./file-head.ts";

/**
 * The files that a path names: one, or those of a pattern in the order of their names.
 *
 * @throws DataError when there is none, or when they are not all of one format.
 */
export async function dataFiles(path: string): Promise<DataFile[]> {
  const found = await stat(path).catch(() => null);
  if (found || !/[*?[]/.test(path)) return [await dataFile(path, path)];
  const files: DataFile[] = [];
  for (const name of await matches(path)) files.push(await dataFile(name, name));
  const [first] = files as [DataFile];
  const other = files.find(({ format }) => format !== first.format);
  if (other) {
    throw new DataError(
      `${path}: ${first.label} is ${NAMES[first.format]} and ${other.label} ` +
        `${NAMES[other.format]}; give files of one format`,
    );
  }
  return files;
}

/** What people call the formats. */
const NAMES: Readonly<Record<DataFormat, string>> = {
  csv: "CSV",
  json: "JSON",
  parquet: "Parquet",
  arrow: "Arrow",
  npy: "NPY",
  npz: "NPZ",
  duckdb: "a DuckDB file",
};

async function matches(pattern: string): Promise<string[]> {
  const database = await openDatabase(pattern);
  try {
    const rows = await database.query(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`);
    if (rows.length > 0) return rows.map(([file]) => file as string);
    throw new DataError(`${pattern}: no file's name matches the pattern; check it`);
  } finally {
    database.close();
  }
}

/** What messages call standard input. */
export const STANDARD_INPUT = "standard input";

/** Keeps standard input, which can be read once only, in a file; `remove` deletes it. */
export async function spoolInput(): Promise<{ file: DataFile; remove(): void }> {
  const { path, remove } = temporaryPath(".input");
  try {
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }));
    return { file: await dataFile(path, STANDARD_INPUT), remove };
  } catch (error) {
    remove();
    throw (
      spaceError(STANDARD_INPUT, (error as Error).message) ?? readingError(STANDARD_INPUT, error)
    );
  }
}
