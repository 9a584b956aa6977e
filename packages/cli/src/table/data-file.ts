import { extname } from "node:path";
import { DataError } from "pushforward";
import { type Compression, compressionOf, readHead, readingError, startOf } from "./file-head.ts";

/** What a file holds, as its first bytes and its name tell. */
export type DataFormat = "csv" | "json" | "parquet" | "npy" | "npz" | "duckdb";

/** One file of a table. */
export interface DataFile {
  path: string;
  /** What messages call it. */
  label: string;
  format: DataFormat;
  compression: Compression;
}

const MAGICS: readonly (readonly [format: DataFormat | "arrow", bytes: string, at: number])[] = [
  ["parquet", "PAR1", 0],
  ["npy", "\x93NUMPY", 0],
  ["npz", "PK\x03\x04", 0],
  ["duckdb", "DUCK", 8],
  ["arrow", "ARROW1", 0],
  ["arrow", "FEA1", 0],
  ["arrow", "\xff\xff\xff\xff", 0],
];

/** Finds out what a file is. Throws a DataError where it cannot be read as a table. */
export async function dataFile(path: string, label: string): Promise<DataFile> {
  const start = await startOf(path).catch((error: unknown) => {
    throw readingError(label, error);
  });
  const text = start.toString("latin1");
  const format = MAGICS.find(([, bytes, at]) => text.startsWith(bytes, at))?.[0];
  if (format === "arrow") {
    throw new DataError(
      `${label}: is an Arrow or Feather file, which cannot be read; write the table as Parquet, ` +
        "for example with pyarrow.parquet.write_table",
    );
  }
  const compression = compressionOf(start);
  if (format) return { path, label, format, compression };
  return { path, label, format: await textFormat(path, label), compression };
}

/** Text is JSON by the ending of its name or, where that says nothing, by its first character. */
async function textFormat(path: string, label: string): Promise<"csv" | "json"> {
  const ending = extname(path.replace(/\.(gz|zst)$/i, "")).toLowerCase();
  if ([".json", ".jsonl", ".ndjson"].includes(ending)) return "json";
  if ([".csv", ".tsv", ".txt"].includes(ending)) return "csv";
  const { text } = await readHead(path, label);
  return /^\s*(\{\s*["}]|\[\s*\{)/.test(text) ? "json" : "csv";
}
