import { extname } from "node:path";
import { DataError } from "pushforward";
import {
  type Compression,
  compressionOf,
  readHead,
  readingError,
  startOf,
  startOfContent,
} from "./file-head.ts";

/** What a file holds, as its first bytes and its name tell. */
export type DataFormat = "csv" | "json" | "parquet" | "arrow" | "npy" | "npz" | "duckdb";

/** One file of a table. */
export interface DataFile {
  path: string;
  /** What messages call it. */
  label: string;
  format: DataFormat;
  compression: Compression;
}

const MAGICS: readonly (readonly [format: DataFormat | "feather1", bytes: string, at: number])[] = [
  ["parquet", "PAR1", 0],
  ["npy", "\x93NUMPY", 0],
  ["npz", "PK\x03\x04", 0],
  ["duckdb", "DUCK", 8],
  ["arrow", "ARROW1", 0],
  ["feather1", "FEA1", 0],
  ["arrow", "\xff\xff\xff\xff", 0],
];

/** Finds out what a file is. Throws a DataError where it cannot be read as a table. */
export async function dataFile(path: string, label: string): Promise<DataFile> {
  const start = await startOf(path).catch((error: unknown) => {
    throw readingError(label, error);
  });
  const compression = compressionOf(start);
  const format = formatOf(start) ?? (await arrayFormat(path, label, compression));
  if (format === "feather1") {
    throw new DataError(
      `${label}: is a Feather file of version 1, which cannot be read; write it anew, for example ` +
        "with pyarrow.feather.write_feather",
    );
  }
  return { path, label, format: format ?? (await textFormat(path, label)), compression };
}

function formatOf(start: Buffer): (typeof MAGICS)[number][0] | undefined {
  const text = start.toString("latin1");
  return MAGICS.find(([, bytes, at]) => text.startsWith(bytes, at))?.[0];
}

/** Arrays may be gzipped, and are read by a reader that minds it. */
async function arrayFormat(
  path: string,
  label: string,
  compression: Compression,
): Promise<"npy" | "npz" | undefined> {
  if (compression !== "gzip") return undefined;
  const format = formatOf(await startOfContent(path, label));
  return format === "npy" || format === "npz" ? format : undefined;
}

/** Text is JSON by the ending of its name or, where that says nothing, by its first character. */
async function textFormat(path: string, label: string): Promise<"csv" | "json"> {
  const ending = extname(path.replace(/\.(gz|zst)$/i, "")).toLowerCase();
  if ([".json", ".jsonl", ".ndjson"].includes(ending)) return "json";
  if ([".csv", ".tsv", ".txt"].includes(ending)) return "csv";
  const { text } = await readHead(path, label);
  return /^\s*(\{\s*["}]|\[\s*\{)/.test(text) ? "json" : "csv";
}
