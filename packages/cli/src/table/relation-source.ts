import type { DuckDBDataChunk } from "@duckdb/node-api";
import { DataError } from "pushforward";
import type { Table, TableColumn } from "pushforward/tables";
import { valueSql } from "./cell-sql.ts";
import type { DataSource, ReadableColumn, SourceColumn } from "./data-source.ts";
import { cellName, type Database } from "./database.ts";
import type { RelationColumn } from "./relation.ts";
import { rowsAtRandom } from "./rows-at-random.ts";
import { counted, option, quoted } from "./wording.ts";

/** A relation that was gone through, as a source of tables. */
export interface DescribedRelation {
  source: string;
  relation: string;
  stored: readonly RelationColumn[];
  rows: number;
  columns: readonly SourceColumn[];
  notices: readonly string[];
  /** Whether a query can read the source. */
  inSql: boolean;
  /** What a query has after FROM to read it. */
  fromSql: string | null;
}

/** The tables that a relation gives. */
export function relationSource(
  database: Database,
  described: DescribedRelation,
  close: () => void,
): DataSource {
  const { source, relation, stored, rows, columns, notices, fromSql } = described;
  const stream = (wanted: readonly SourceColumn[]) => {
    const values = wanted.map((column) => {
      const { storage } = stored[column.index] as RelationColumn;
      const cell = cellName(column.index);
      if (column.verbatim) return `nullif(${cell}, '')`;
      return valueSql(cell, storage, readableKind(described, column));
    });
    return database.stream(`SELECT ${values.join(", ") || "NULL"} FROM ${relation}`);
  };
  const changed = () =>
    new DataError(
      `${source}: has no longer the ${counted(rows, "row")} that it had; files must stay as they ` +
        "are while they are read, and a query must give the same rows every time",
    );
  return {
    source,
    rows,
    columns,
    notices,
    fromSql,
    asWritten: (wanted) => keptAsWritten(database, described, wanted),
    async read(wanted, { rows: count = rows, seed = 0 } = {}) {
      const kept = Math.min(count, rows);
      const choice = kept < rows ? rowsAtRandom(rows, kept, seed) : null;
      const block = newBlock(described, wanted, kept);
      let seen = 0;
      for await (const chunk of stream(wanted)) {
        const end = seen + chunk.rowCount;
        if (end > rows) throw changed();
        if (choice)
          for (const row of choice.upTo(end)) block.append(chunk, row - seen, row - seen + 1);
        else block.append(chunk, 0, chunk.rowCount);
        seen = end;
      }
      if (seen < rows) throw changed();
      return block.table();
    },
    async *chunks(wanted, rowsAtOnce) {
      let left = rows;
      let block = newBlock(described, wanted, Math.min(rowsAtOnce, left));
      for await (const chunk of stream(wanted)) {
        if (chunk.rowCount > left) throw changed();
        left -= chunk.rowCount;
        for (let begin = 0; begin < chunk.rowCount; ) {
          begin += block.append(chunk, begin, chunk.rowCount);
          if (!block.isFull()) continue;
          yield block.table();
          block = newBlock(described, wanted, Math.min(rowsAtOnce, left + chunk.rowCount - begin));
        }
      }
      if (left > 0) throw changed();
    },
    close,
  };
}

/** SQL: whether a number is so large that not every whole one is a float of 64 bits; NaN is above all. */
const isLargeSql = (number: string): string => `abs(${number}) BETWEEN ${2 ** 53} AND 1e308`;

/** SQL: whether a cell of text is anything but a whole number that is written as all are, or nothing. */
const isWordingSql = (cell: string): string =>
  `${cell} <> '' AND TRY_CAST(${cell} AS BIGINT)::VARCHAR IS DISTINCT FROM ${cell}`;

async function keptAsWritten(
  { query }: Database,
  described: DescribedRelation,
  wanted: readonly SourceColumn[],
): Promise<ReadableColumn[]> {
  const { relation, stored } = described;
  const kept: ReadableColumn[] = [];
  for (const column of wanted) {
    const kind = readableKind(described, column);
    const { storage } = stored[column.index] as RelationColumn;
    const cell = cellName(column.index);
    const isLarge = isLargeSql(valueSql(cell, storage, "number"));
    const ask = async (sql: string) => (await query(`SELECT ${sql} FROM ${relation}`))[0] ?? [];
    if (storage === "cells") {
      const [changed] = await ask(`bool_or(${isWordingSql(cell)} OR ${isLarge})`);
      kept.push({ ...column, kind: changed ? "text" : "number", verbatim: changed === true });
    } else if (storage === "number" || storage === "timestamp") {
      // Numbers of a table are finite, or missing.
      const infinite =
        storage === "number" ? `bool_or(isinf(TRY_CAST(${cell} AS DOUBLE)))` : "false";
      const [type, large, any] = await ask(
        `any_value(typeof(${cell})), bool_or(${isLarge}), ${infinite}`,
      );
      const asText = any === true || isInexact(String(type), large === true);
      kept.push({ ...column, kind: asText ? "text" : kind });
    } else kept.push({ ...column, kind });
  }
  return kept;
}

/** Digits that every float of 64 bits gives back. */
const SURE_DIGITS = 15;

/** Whether floats of 64 bits change values of a type: decimals of many digits, large whole numbers, nanoseconds. */
function isInexact(type: string, large: boolean): boolean {
  const digits = /^DECIMAL\((\d+)/.exec(type)?.[1];
  if (digits !== undefined) return Number(digits) > SURE_DIGITS;
  return type === "TIMESTAMP_NS" || (large && type.includes("INT"));
}

function readableKind(
  { source, inSql }: DescribedRelation,
  { name, kind, type }: SourceColumn,
): TableColumn["kind"] {
  if (kind !== "unsupported") return kind;
  throw new DataError(
    `${source}: column ${quoted(name)} is of type ${type}, which cannot be used; turn it into ` +
      `numbers or text ${inSql ? "with --sql" : "where the file is made"}, or leave it out: ${option("--exclude", name)}`,
  );
}

/** Rows to fill in order. */
interface Block {
  /** Takes rows of a piece, as many as fit, and says how many. */
  append(chunk: DuckDBDataChunk, begin: number, end: number): number;
  isFull(): boolean;
  table(): Table;
}

function newBlock(from: DescribedRelation, wanted: readonly SourceColumn[], rows: number): Block {
  let filled = 0;
  const columns = wanted.map((column) => newColumn(column.name, readableKind(from, column), rows));
  return {
    append(chunk, begin, end) {
      const until = Math.min(end, begin + rows - filled);
      columns.forEach(({ cells }, i) => {
        const vector = chunk.getColumnVector(i);
        if (cells instanceof Float64Array) {
          for (let row = begin, place = filled; row < until; row++) {
            const value = vector.getItem(row) as number;
            cells[place++] = Number.isFinite(value) ? value : Number.NaN;
          }
        } else {
          for (let row = begin; row < until; row++)
            cells.push(vector.getItem(row) as string | null);
        }
      });
      filled += until - begin;
      return until - begin;
    },
    isFull: () => filled === rows,
    table: () => ({ rows, columns }),
  };
}

type NewColumn = TableColumn & { cells: Float64Array | (string | null)[] };

function newColumn(name: string, kind: TableColumn["kind"], rows: number): NewColumn {
  if (kind === "text" || kind === "boolean") return { name, kind, cells: [] };
  return { name, kind, cells: new Float64Array(rows) };
}
