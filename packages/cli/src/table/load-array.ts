import { DOUBLE } from "@duckdb/node-api";
import { DataError } from "pushforward";
import { decodeNpy } from "pushforward/io";
import { type ArrayChoice, type NamedHeader, npzArray, npzHeaders } from "../images/npz.ts";
import { readBytes } from "../images/read-bytes.ts";
import type { DataFile } from "./data-file.ts";
import { type Database, limitMemory } from "./database.ts";
import { newTable } from "./new-table.ts";
import type { Relation } from "./relation.ts";
import { listed, quoted } from "./wording.ts";

/**
 * Reads an array of rows and columns into a new table; its columns are called column0, column1, ...
 *
 * @param name of the array in an NPZ file; by default `X`, `data`, the only one of two axes, or of one.
 */
export async function loadArray(
  database: Database,
  relation: string,
  { path, label, format }: DataFile,
  name: string | undefined,
): Promise<Relation> {
  const bytes = await readBytes(path);
  const arrays = format === "npz" ? npzHeaders(label, bytes) : [];
  const choice = tableArray(arrays, name);
  const array = format === "npz" ? npzArray(label, bytes, choice) : decodeNpy(bytes, label);
  // A list of numbers is one column.
  const [rows = 0, width = 1] = array.shape;
  if (!isTable(array) || width === 0) {
    throw new DataError(
      `${label}: has the shape [${array.shape.join(", ")}]; a table has one axis, its rows, or two, ` +
        "rows and columns",
    );
  }
  await limitMemory(database, width);
  const columns = Array.from({ length: width }, (_, i) => ({
    name: `column${i}`,
    storage: "number" as const,
    type: "DOUBLE",
  }));
  const table = await newTable(
    database,
    relation,
    columns.map(() => DOUBLE),
  );
  await table.append(rows, (row, column) => Number(array.data[row * width + column]));
  table.finish();
  return { relation, columns, notices: name === undefined ? choiceNotices(arrays, choice) : [] };
}

const isTable = ({ shape }: { shape: readonly number[] }): boolean =>
  shape.length === 1 || shape.length === 2;

/** Says which of several arrays is read, that nobody named. */
function choiceNotices(arrays: readonly NamedHeader[], { fits }: ArrayChoice): string[] {
  const tables = arrays.filter(({ header }) => isTable(header));
  const isRead = ({ header, name }: NamedHeader) => fits(header, name);
  const [read] = tables.filter(isRead);
  const others = tables.filter((array) => !isRead(array)).map(({ name }) => name);
  if (!read || others.length === 0) return [];
  return [`Reads the array ${quoted(read.name)}; --table takes ${listed(others)} instead.`];
}

/** Which array of an NPZ file is the table. */
function tableArray(arrays: readonly NamedHeader[], named: string | undefined): ArrayChoice {
  const tables = arrays.filter(({ header }) => isTable(header));
  const has = (usual: string) => tables.some(({ name }) => name === usual);
  const wanted = named ?? ["X", "data"].find(has);
  if (wanted !== undefined) {
    return {
      what: "table",
      form: `1 or 2 axes named ${quoted(wanted)}`,
      fits: (header, name) => name === wanted && isTable(header),
    };
  }
  // A list beside rows and columns is most likely labels.
  const isList = tables.length > 0 && tables.every(({ header }) => header.shape.length === 1);
  const axes = isList ? 1 : 2;
  return {
    what: "table",
    form: isList ? "1 axis" : "2 axes",
    fits: ({ shape }) => shape.length === axes,
  };
}
