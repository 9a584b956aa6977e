import type { DataFile } from "./data-file.ts";
import { cellName, type Database, fileLiteral, limitMemory } from "./database.ts";
import { cellNames, columnsOf, type Relation } from "./relation.ts";
import { fileError } from "./sql-error.ts";

/** Reads a JSON file, an array of objects or one object a line, into a new table. */
export async function loadJson(
  database: Database,
  relation: string,
  { path, label, compression }: DataFile,
): Promise<Relation> {
  const packing = compression === "none" ? "uncompressed" : compression;
  // Types are those of all rows, and many keys of one type stay columns.
  const reader = `read_json(${fileLiteral(path)}, compression='${packing}', sample_size=-1,
    map_inference_threshold=-1, dateformat='%Y-%m-%d', timestampformat='%Y-%m-%d %H:%M:%S')`;
  const columns = await columnsOf(database, `SELECT * FROM ${reader}`, (report) =>
    fileError(label, report),
  );
  await limitMemory(database, columns.length);
  const cells = columns.map(({ storage }, i) =>
    storage === "cells" ? `${cellName(i)} ->> '$' AS ${cellName(i)}` : cellName(i),
  );
  await database.query(
    `CREATE TABLE ${relation} AS SELECT ${cells.join(", ")}
       FROM ${reader} AS file(${cellNames(columns)})`,
  );
  // Text, and values of several types, are judged as the cells of a CSV file are.
  const judged = columns.map((column) =>
    column.storage === "text" ? { ...column, storage: "cells" as const } : column,
  );
  return { relation, columns: judged, notices: [] };
}
