import { DataError } from "pushforward";
import type { Database } from "./database.ts";

/** Table functions that read data or make rows. Others write files, change settings or run code. */
const ALLOWED: ReadonlySet<string> = new Set([
  "READ_CSV",
  "READ_CSV_AUTO",
  "READ_PARQUET",
  "PARQUET_SCAN",
  "READ_JSON",
  "READ_JSON_AUTO",
  "READ_JSON_OBJECTS",
  "READ_JSON_OBJECTS_AUTO",
  "READ_NDJSON",
  "READ_NDJSON_AUTO",
  "READ_NDJSON_OBJECTS",
  "READ_DUCKDB",
  "JSON_EACH",
  "JSON_TREE",
  "RANGE",
  "GENERATE_SERIES",
  "REPEAT",
  "REPEAT_ROW",
  "UNNEST",
]);

/**
 * Refuses a view that would do more than read: a SELECT, too, can call what writes files. The plan
 * names all that would be called, through views and macros as well, and calls none of it.
 *
 * @throws DataError naming the function.
 */
export async function refuseEffects(
  { query }: Database,
  relation: string,
  source: string,
): Promise<void> {
  const [row] = await query(`EXPLAIN (FORMAT json) SELECT * FROM ${relation}`);
  const plan = JSON.parse(String(row?.[1])) as PlanNode[];
  const called = plan.flatMap(functionsOf);
  const other = called.find((name) => !ALLOWED.has(name));
  if (other === undefined) return;
  throw new DataError(
    `${source}: calls ${other.toLowerCase()}(), which does more than read a table; use only ` +
      "read_csv, read_parquet, read_json, range and their like",
  );
}

interface PlanNode {
  extra_info: { Function?: string };
  children: PlanNode[];
}

const functionsOf = ({ extra_info: { Function: name }, children }: PlanNode): string[] => [
  ...(name === undefined ? [] : [name]),
  ...children.flatMap(functionsOf),
];
