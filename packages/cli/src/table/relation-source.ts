import type { DuckDBDataChunk } from "@duckdb/node-api";
import { DataError } from "pushforward";
import type { Table, TableColumn } from "pushforward/tables";
import { valueSql } from "./cell-sql.ts";
import type { DataSource, ReadableColumn, SourceColumn } from "./data-source.ts";
import { cellName, type Database } from "./database.ts";
import type { RelationColumn } from "./relation.ts";
import { rowsAtRandom } from "./rows-at-random.ts";
import { leadingZeroSql } from "./text-of-numbers.ts";
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
      return valueSql(cellName(column.index), storage, readableKind(described, column));
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
const tooLargeSql = (number: string): string => `abs(${number}) BETWEEN ${2 ** 53} AND 1e308`;

async function keptAsWritten(
  { query }: Database,
  described: DescribedRelation,
  wanted: readonly SourceColumn[],
): Promise<ReadableColumn[]> {
  const { relation, stored } = described;
  const kept: ReadableColumn[] = [];
  for (const column of wanted) {
    const { storage } = stored[column.index] as RelationColumn;
    const kind = readableKind(described, column);
    const cell = cellName(column.index);
    const large = tooLargeSql(valueSql(cell, storage, "number"));
    const changes = storage === "cells" ? `${leadingZeroSql(`trim(${cell})`)} OR ${large}` : large;
    const isText =
      kind === "number" &&
      (column.firstText !== null ||
        (await query(`SELECT bool_or(${changes}) FROM ${relation}`))[0]?.[0] === true);
    kept.push(isText ? { ...column, kind: "text" } : { ...column, kind });
  }
  return kept;
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
