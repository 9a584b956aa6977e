import {
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBDateValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import { DataType } from "apache-arrow";
import type { Storage } from "./cell-sql.ts";

/** How cells of an Arrow type are kept in a database. */
export interface ArrowColumn {
  storage: Storage;
  stored: DuckDBType;
  /** What a cell that is not missing is kept as. */
  value(cell: unknown): DuckDBValue;
}

/** How a type is kept; of one that is neither number, time, truth nor text, only where cells are missing. */
export function arrowColumn(type: DataType): ArrowColumn {
  if (DataType.isDictionary(type)) return arrowColumn(type.dictionary);
  if (DataType.isNull(type)) return { storage: "number", stored: DOUBLE, value: () => null };
  if (DataType.isInt(type) || DataType.isFloat(type)) {
    return { storage: "number", stored: DOUBLE, value: Number };
  }
  if (DataType.isDecimal(type)) {
    const value = (cell: unknown) => decimal(cell as Uint32Array, type.scale);
    return { storage: "number", stored: DOUBLE, value };
  }
  if (DataType.isDate(type)) return { storage: "date", stored: DATE, value: date };
  if (DataType.isTimestamp(type)) {
    return { storage: "timestamp", stored: TIMESTAMP, value: timestamp };
  }
  if (DataType.isBool(type)) return { storage: "boolean", stored: BOOLEAN, value: Boolean };
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) {
    return { storage: "text", stored: VARCHAR, value: String };
  }
  return { storage: "unsupported", stored: BOOLEAN, value: () => true };
}

/** The number nearest to a decimal; its words come lowest first, in two's complement. */
function decimal(words: Uint32Array, scale: number): number {
  const bits = words.reduceRight((high, word) => (high << 32n) | BigInt(word), 0n);
  return Number(`${BigInt.asIntN(32 * words.length, bits)}e${-scale}`);
}

const DAY_MS = 86_400_000;
/** Days that DuckDB counts; the next one stands for no end of time. */
const MOST_DAYS = 2 ** 31 - 2;

function date(milliseconds: unknown): DuckDBDateValue {
  const days = Math.floor((milliseconds as number) / DAY_MS);
  if (Math.abs(days) > MOST_DAYS) throw new Error(`a date ${days} days from 1970`);
  return new DuckDBDateValue(days);
}

function timestamp(milliseconds: unknown): DuckDBTimestampValue {
  const time = milliseconds as number;
  if (!Number.isSafeInteger(Math.trunc(time))) throw new Error(`a time ${time} ms from 1970`);
  return new DuckDBTimestampValue(BigInt(Math.round(1000 * time)));
}
