import { resolve } from "node:path";
import { DataError } from "pushforward";
import type { DataFile } from "./data-file.ts";
import { type Database, fileLiteral, identifier, literal } from "./database.ts";
import { refuseEffects } from "./reading-only.ts";
import { cellNames, columnsOf, type Relation } from "./relation.ts";
import { fileError, sqlError } from "./sql-error.ts";
import { listed, quoted } from "./wording.ts";

/** A view of a Parquet file. */
export function viewParquet(
  database: Database,
  relation: string,
  { path, label }: DataFile,
): Promise<Relation> {
  const reader = `read_parquet(${fileLiteral(path)}, hive_partitioning=false)`;
  return viewOf(database, relation, `SELECT * FROM ${reader}`, (report) =>
    fileError(label, report),
  );
}

/** A view of a query: one statement that changes nothing. */
export async function viewQuery(
  database: Database,
  relation: string,
  sql: string,
): Promise<Relation> {
  const view = await viewOf(database, relation, sql, queryError);
  await refuseEffects(database, relation, "--sql");
  return view;
}

/** What is wrong with a query. */
export function queryError(report: string): DataError {
  const statement = /^(\d+ statements|no SELECT statement|parameters have no values)$/.exec(report);
  if (statement || /Error in native callback/.test(report)) {
    return new DataError(
      `--sql: ${statement?.[0] ?? "0 statements"}; give one SELECT that can be run as it stands`,
    );
  }
  return sqlError("--sql", report);
}

/**
 * A view of a table in a DuckDB file, which is opened for reading only.
 *
 * @param table its name; needed where the file has several.
 */
export async function viewTable(
  database: Database,
  relation: string,
  { path, label }: DataFile,
  table: string | undefined,
): Promise<Relation> {
  const file = `file_of_${relation}`;
  await database.query(`ATTACH ${literal(resolve(path))} AS ${file} (READ_ONLY)`);
  const rows = await database.query(
    `SELECT table_schema, table_name FROM information_schema.tables
       WHERE table_catalog = '${file}' ORDER BY ALL`,
  );
  const tables = rows.map(([schema, name]) => ({ schema: String(schema), name: String(name) }));
  const fullName = ({ schema, name }: (typeof tables)[number]) =>
    schema === "main" ? name : `${schema}.${name}`;
  const fitting = tables.filter((found) => table === undefined || fullName(found) === table);
  const [found] = fitting;
  if (!found || fitting.length > 1) {
    const has = tables.length > 0 ? `it has ${listed(tables.map(fullName), 20)}` : "it has none";
    throw new DataError(
      `${label}: ${table === undefined ? "holds no single table" : `has no table ${quoted(table)}`} ` +
        `(${has}); name one with --table`,
    );
  }
  const from = `${file}.${identifier(found.schema)}.${identifier(found.name)}`;
  const view = await viewOf(database, relation, `SELECT * FROM ${from}`, (report) =>
    fileError(label, report),
  );
  // What is named may be a view itself.
  await refuseEffects(database, relation, label);
  return view;
}

async function viewOf(
  database: Database,
  relation: string,
  sql: string,
  explain: (report: string) => DataError,
): Promise<Relation> {
  const columns = await columnsOf(database, sql, explain);
  await database.query(`CREATE VIEW ${relation}(${cellNames(columns)}) AS ${sql}`);
  return { relation, columns, notices: [] };
}
