import { DOUBLE, DuckDBDataChunk } from "@duckdb/node-api";
import { unzipSync } from "fflate";
import { DataError } from "pushforward";
import { decodeNpy, type FileArray } from "pushforward/io";
import { type ArrayChoice, npzArray } from "../images/npz.ts";
import { readBytes } from "../images/read-bytes.ts";
import type { DataFile } from "./data-file.ts";
import { cellName, type Database } from "./database.ts";
import type { Relation } from "./relation.ts";

/** Rows that DuckDB takes at once. */
const BLOCK = 2048;

/**
 * Reads an array of rows and columns into a new table; its columns are called column0, column1, ...
 *
 * @param name of the array in an NPZ file; by default `X`, `data`, or the only one of two axes.
 */
export async function loadArray(
  database: Database,
  relation: string,
  { path, label, format }: DataFile,
  name: string | undefined,
): Promise<Relation> {
  const bytes = await readBytes(path);
  const array =
    format === "npz" ? npzArray(label, bytes, tableArray(bytes, name)) : decodeNpy(bytes, label);
  const [rows = 0, width = 0] = array.shape;
  if (array.shape.length !== 2 || width === 0) {
    throw new DataError(
      `${label}: has the shape [${array.shape.join(", ")}]; a table has two axes, rows and columns`,
    );
  }
  const cells = Array.from({ length: width }, (_, i) => `${cellName(i)} DOUBLE`);
  await database.query(`CREATE TABLE ${relation} (${cells.join(", ")})`);
  await appendRows(database, relation, array, rows, width);
  const columns = cells.map((_, i) => ({
    name: `column${i}`,
    storage: "number" as const,
    type: "DOUBLE",
  }));
  return { relation, columns, notices: [] };
}

/** Which array of an NPZ file is the table. */
function tableArray(bytes: Uint8Array, name: string | undefined): ArrayChoice {
  const names = arrayNames(bytes);
  const wanted = name ?? ["X", "data"].find((usual) => names.includes(usual));
  // The arrays are asked for in the order of the file.
  let place = 0;
  return {
    what: "table",
    form: wanted === undefined ? "2 axes" : `2 axes named ${JSON.stringify(wanted)}`,
    fits: ({ shape }) => {
      const own = names[place++];
      return shape.length === 2 && (wanted === undefined || own === wanted);
    },
  };
}

/** The names of the arrays in an NPZ file; none where it is damaged, which its reader will say. */
function arrayNames(bytes: Uint8Array): string[] {
  const names: string[] = [];
  try {
    unzipSync(bytes, {
      filter({ name }) {
        if (name.endsWith(".npy")) names.push(name.slice(0, -".npy".length));
        return false;
      },
    });
  } catch {
    return [];
  }
  return names;
}

async function appendRows(
  database: Database,
  relation: string,
  { data }: FileArray,
  rows: number,
  width: number,
): Promise<void> {
  const appender = await database.connection.createAppender(relation);
  const types = Array.from({ length: width }, () => DOUBLE);
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const count = Math.min(BLOCK, rows - begin);
    const chunk = DuckDBDataChunk.create(types, count);
    for (let column = 0; column < width; column++) {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < count; row++) {
        vector.setItem(row, Number(data[(begin + row) * width + column]));
      }
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
