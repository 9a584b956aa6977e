import type { DuckDBDataChunk } from "@duckdb/node-api";
import { CELL, classSql, valueSql } from "./cell-sql.ts";
import type { ColumnCells } from "./column-cells.ts";
import type { SourceColumn } from "./data-source.ts";
import { cellName, type Database } from "./database.ts";
import type { RelationColumn } from "./relation.ts";

/** What a column of a relation holds. */
export interface DescribedColumn extends ColumnCells {
  kind: SourceColumn["kind"];
}

/** More at once would take memory for a piece of the rows that grows with the columns. */
const COLUMNS_AT_ONCE = 100;

/** Goes through all cells of a relation; `before` rows came in other relations. */
export async function describeRelation(
  database: Database,
  relation: string,
  columns: readonly RelationColumn[],
  before: number,
): Promise<{ rows: number; described: DescribedColumn[] }> {
  const described: DescribedColumn[] = [];
  let rows = 0;
  for (let begin = 0; begin < columns.length; begin += COLUMNS_AT_ONCE) {
    const tallies = columns.slice(begin, begin + COLUMNS_AT_ONCE).map(() => newTally());
    const parts = tallies.map((_, i) => {
      const cell = cellName(begin + i);
      const { storage } = columns[begin + i] as RelationColumn;
      const number = storage === "cells" || storage === "number";
      return [
        classSql(cell, storage),
        number ? valueSql(cell, storage, "number") : "NULL::DOUBLE",
        storage === "unsupported" || storage === "number" ? "''" : `CAST(${cell} AS VARCHAR)`,
      ].join(", ");
    });
    rows = 0;
    for await (const chunk of database.stream(`SELECT ${parts.join(", ")} FROM ${relation}`)) {
      tallies.forEach((tally, i) => {
        count(tally, chunk, 3 * i, before + rows);
      });
      rows += chunk.rowCount;
    }
    tallies.forEach((tally, i) => {
      described.push(summary(tally, columns[begin + i] as RelationColumn, rows));
    });
  }
  return { rows, described };
}

interface Tally {
  /** Cells of every class. */
  classes: number[];
  firstMissing: ColumnCells["firstMissing"];
  firstText: ColumnCells["firstText"];
  /** How much the first number is above its row's, which counts from 0. */
  ahead: number | null;
  /** Numbers that are as much above their row's. */
  inStep: number;
}

const newTally = (): Tally => ({
  classes: Object.values(CELL).map(() => 0),
  firstMissing: null,
  firstText: null,
  ahead: null,
  inStep: 0,
});

/** Counts three columns of a piece: the classes, the numbers and the text of one column's cells. */
function count(tally: Tally, chunk: DuckDBDataChunk, place: number, before: number): void {
  const { classes } = tally;
  const kinds = chunk.getColumnVector(place);
  const numbers = chunk.getColumnVector(place + 1);
  const first = (row: number) => ({
    row: before + row + 1,
    cell: String(chunk.getColumnVector(place + 2).getItem(row) ?? ""),
  });
  for (let row = 0; row < chunk.rowCount; row++) {
    const kind = kinds.getItem(row) as number;
    (classes[kind] as number)++;
    if (kind === CELL.number) {
      const ahead = (numbers.getItem(row) as number) - (before + row);
      tally.ahead ??= ahead;
      if (ahead === tally.ahead) tally.inStep++;
    } else if (kind === CELL.missing) tally.firstMissing ??= first(row);
    else tally.firstText ??= first(row);
  }
}

function summary(tally: Tally, { storage }: RelationColumn, rows: number): DescribedColumn {
  const of = (kind: keyof typeof CELL) => tally.classes[CELL[kind]] as number;
  const numbers = of("number");
  const missing = of("missing");
  return {
    kind: storage === "cells" ? kindOf(of) : storage,
    numbers,
    missing,
    firstMissing: tally.firstMissing,
    text: rows - numbers - missing,
    firstText: tally.firstText,
    countsFrom: tally.inStep === rows && Number.isSafeInteger(tally.ahead) ? tally.ahead : null,
  };
}

/** The kind of a column of cells: one that is mostly numbers is one of numbers, with slips in it. */
function kindOf(of: (kind: keyof typeof CELL) => number): DescribedColumn["kind"] {
  const [numbers, dates, times] = [of("number"), of("date"), of("timestamp")];
  const other = of("boolean") + of("text");
  if (numbers >= dates + times + other) return "number";
  if (numbers + other === 0) return times > 0 ? "timestamp" : "date";
  return numbers + dates + times + of("text") === 0 ? "boolean" : "text";
}
