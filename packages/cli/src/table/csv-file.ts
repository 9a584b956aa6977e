import { DataError } from "pushforward";
import { valueSql } from "./cell-sql.ts";
import type { ColumnCells } from "./column-cells.ts";
import { cellName, openDatabase } from "./database.ts";
import { describeRelation } from "./describe-relation.ts";
import { readHead } from "./file-head.ts";
import { loadCsv } from "./load-csv.ts";

/** A CSV or TSV file that was read into memory as text, cell by cell. Close it after use. */
export interface CsvFile {
  names: string[];
  rows: number;
  notices: string[];
  describe(column: number): ColumnCells;
  /** The numbers of one column, NaN where a cell is missing or not a number. */
  numbers(column: number): Promise<Float64Array>;
  close(): void;
}

/** Reads a table of text cells; gzipped files too. Throws a DataError in one line. */
export async function openCsvFile(path: string): Promise<CsvFile> {
  const head = await readHead(path);
  const database = await openDatabase(path);
  try {
    const { names, notices } = await loadCsv(database, "cells", path, head);
    const stored = names.map((name) => ({ name, storage: "cells" as const, type: "VARCHAR" }));
    const { rows, described } = await describeRelation(database, "cells", stored, 0);
    if (rows === 0) {
      throw new DataError(`${path}: has a header line but no rows; add rows of numbers`);
    }
    return {
      names,
      rows,
      notices,
      describe: (column) => described[column] as ColumnCells,
      async numbers(column) {
        const values = new Float64Array(rows);
        let filled = 0;
        const value = valueSql(cellName(column), "cells", "number");
        for await (const chunk of database.stream(`SELECT ${value} FROM cells`)) {
          const part = chunk.getColumnValues(0) as number[];
          part.forEach((value, row) => {
            values[filled + row] = Number.isFinite(value) ? value : Number.NaN;
          });
          filled += part.length;
        }
        return values;
      },
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
