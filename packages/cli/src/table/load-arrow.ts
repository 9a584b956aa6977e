import { type FileHandle, open } from "node:fs/promises";
import * as zlib from "node:zlib";
import { CompressionType, compressionRegistry, RecordBatchReader } from "apache-arrow";
import { DataError } from "pushforward";
import { arrowColumn } from "./arrow-column.ts";
import type { DataFile } from "./data-file.ts";
import { type Database, limitMemory } from "./database.ts";
import { decodeLz4Frame } from "./lz4-frame.ts";
import { newTable } from "./new-table.ts";
import type { Relation } from "./relation.ts";

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame });
// Node has it from 22.15 on.
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (data: Uint8Array) => Uint8Array };
if (zstdDecompressSync) {
  compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) });
}

/** Reads an Arrow file or stream into a new table, one record batch after the other. */
export async function loadArrow(
  database: Database,
  relation: string,
  { path, label }: DataFile,
): Promise<Relation> {
  const file = await open(path);
  try {
    await refuseCut(file);
    return await readBatches(database, relation, file);
  } catch (error) {
    throw arrowError(label, error);
  } finally {
    await file.close();
  }
}

const MAGIC = "ARROW1";

/** A file, unlike a stream, ends as it begins; its reader would take anything for its end. */
async function refuseCut(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const textAt = async (place: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, place);
    return buffer.toString("latin1", 0, bytesRead);
  };
  if ((await textAt(0)) === MAGIC && (await textAt(size - MAGIC.length)) !== MAGIC) {
    throw new Error("its end is missing");
  }
}

async function readBatches(
  database: Database,
  relation: string,
  file: FileHandle,
): Promise<Relation> {
  const reader = await (await RecordBatchReader.from(file)).open();
  const fields = reader.schema?.fields ?? [];
  if (fields.length === 0) throw new Error("it has no columns");
  const columns = fields.map(({ name, type }, i) => ({
    // A name may be missing altogether, whatever its type says.
    name: name || `column${i}`,
    type,
    ...arrowColumn(type),
  }));
  await limitMemory(database, columns.length);
  const table = await newTable(
    database,
    relation,
    columns.map(({ stored }) => stored),
  );
  for await (const batch of reader) {
    const cells = columns.map(({ value }, i) => {
      const vector = batch.getChildAt(i);
      return (row: number) => {
        const cell: unknown = vector?.get(row);
        return cell === null || cell === undefined ? null : value(cell);
      };
    });
    await table.append(batch.numRows, (row, column) => cells[column]?.(row) ?? null);
  }
  table.finish();
  return {
    relation,
    columns: columns.map(({ name, storage, type }) => ({ name, storage, type: String(type) })),
    notices: [],
  };
}

function arrowError(label: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const { message } = error as Error;
  if (/codec not found/.test(message)) {
    return new DataError(
      `${label}: is compressed with ZSTD, which needs Node.js 22.15 or newer; write it with LZ4 or ` +
        'without compression, for example pyarrow.feather.write_feather(table, path, compression="lz4")',
    );
  }
  return new DataError(
    `${label}: the Arrow data are damaged (${message.split("\n")[0]}); get the file again`,
  );
}
