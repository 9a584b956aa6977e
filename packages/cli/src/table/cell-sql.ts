import type { TableColumn } from "pushforward/tables";
import { missingSql } from "./missing-words.ts";

/** How a relation holds a column: as text that was never looked at, or as what its type says. */
export type Storage = "cells" | TableColumn["kind"] | "unsupported";

/** What a cell is, as {@link classSql} numbers it. */
export const CELL = { missing: 0, number: 1, date: 2, timestamp: 3, boolean: 4, text: 5 } as const;

/** Text for a cast to a number, which would leave out the `_` in `11_1`: that is no number here. */
export const numeralSql = (text: string): string => `replace(${text}, '_', '?')`;

/**
 * SQL that is the value of a cell as a kind of column: text, or a DOUBLE, NaN where it is missing.
 * Numbers may be infinite.
 */
export function valueSql(cell: string, storage: Storage, kind: TableColumn["kind"]): string {
  const text = storage === "cells" ? `trim(${cell})` : `CAST(${cell} AS VARCHAR)`;
  const typed = (type: string) => (storage === kind ? cell : `TRY_CAST(${text} AS ${type})`);
  const finite = (value: string, number: string) =>
    `CASE WHEN isfinite(${value}) THEN ${number} ELSE 'nan'::DOUBLE END`;
  switch (kind) {
    case "number": {
      // Short, for it is planned for every one of thousands of columns.
      const number = storage === kind ? cell : `TRY_CAST(${numeralSql(text)} AS DOUBLE)`;
      return `coalesce(CAST(${number} AS DOUBLE), 'nan'::DOUBLE)`;
    }
    case "date": {
      const date = typed("DATE");
      return finite(date, `(${date} - DATE '1970-01-01')::DOUBLE`);
    }
    case "timestamp": {
      const time = typed("TIMESTAMPTZ");
      return finite(`CAST(${time} AS TIMESTAMP)`, `epoch(${time})`);
    }
    case "boolean":
      return `CASE WHEN lower(${text}) IN ('true', 'false') THEN lower(${text}) END`;
    case "text":
      return storage === "cells" ? `CASE WHEN NOT ${missingSql(cell)} THEN ${text} END` : text;
  }
}

/** SQL that numbers what a cell is. */
export function classSql(cell: string, storage: Storage): string {
  return `(CASE WHEN ${absentSql(cell, storage)} THEN ${CELL.missing} ${kindsSql(cell, storage)} END)::UTINYINT`;
}

function absentSql(cell: string, storage: Storage): string {
  switch (storage) {
    case "cells":
      return missingSql(cell);
    case "number":
      return `${cell} IS NULL OR NOT isfinite(CAST(${cell} AS DOUBLE))`;
    case "date":
    case "timestamp":
      return `${cell} IS NULL OR NOT isfinite(CAST(${cell} AS TIMESTAMP))`;
    default:
      return `${cell} IS NULL`;
  }
}

/** The ISO form; that the numbers in it are a date is left to the cast. */
const DATE = "____-__-__";

function kindsSql(cell: string, storage: Storage): string {
  if (storage !== "cells") return `ELSE ${CELL[storage === "unsupported" ? "text" : storage]}`;
  const text = `trim(${cell})`;
  const number = `TRY_CAST(${numeralSql(text)} AS DOUBLE)`;
  const is = (pattern: string, type: string) =>
    `(${text} LIKE '${pattern}' AND TRY_CAST(${text} AS ${type}) IS NOT NULL)`;
  return `WHEN ${number} IS NOT NULL
      THEN CASE WHEN isfinite(${number}) THEN ${CELL.number} ELSE ${CELL.missing} END
    WHEN ${is(DATE, "DATE")} THEN ${CELL.date}
    WHEN ${is(`${DATE} __:__%`, "TIMESTAMPTZ")} OR ${is(`${DATE}T__:__%`, "TIMESTAMPTZ")} THEN ${CELL.timestamp}
    WHEN lower(${text}) IN ('true', 'false') THEN ${CELL.boolean}
    ELSE ${CELL.text}`;
}
