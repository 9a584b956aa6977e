import { DataError } from "pushforward";
import type { TimeForm } from "./column-cells.ts";
import type { SourceColumn } from "./data-source.ts";
import { cellName, type Database } from "./database.ts";
import type { DescribedColumn } from "./describe-relation.ts";
import type { Relation, RelationColumn } from "./relation.ts";
import type { DescribedRelation } from "./relation-source.ts";
import { counted, listed, quoted } from "./wording.ts";

/** A relation that was gone through: one file's rows. */
export interface Part extends Relation {
  label: string;
  rows: number;
  described: readonly DescribedColumn[];
  /** How the columns write dates and times. */
  times: readonly (readonly TimeForm[])[];
  /** Whether a query can read the file. */
  inSql: boolean;
  /** What a query has after FROM to read the file, or the files of a pattern, as text where the file does; if it can. */
  fromSql: string | null;
}

/**
 * Makes one relation of the rows of all files.
 *
 * @throws DataError when files have other columns or types than the first, or when there are no rows.
 */
export async function joinParts(
  database: Database,
  source: string,
  parts: readonly Part[],
): Promise<DescribedRelation> {
  const [first] = parts as readonly [Part];
  for (const part of parts) refuseOtherColumns(source, first, part);
  const joined = first.columns.map((_, index) => joinColumn(source, parts, index));
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows === 0) {
    throw new DataError(`${source}: has ${headOnly(first)} but no rows; add rows of numbers`);
  }
  return {
    source,
    relation: parts.length === 1 ? first.relation : await union(database, parts),
    stored: joined.map(({ stored }) => stored),
    rows,
    columns: joined.map(({ column }) => column),
    notices: [...new Set(parts.flatMap(({ notices }) => notices))],
    inSql: first.inSql,
    fromSql: first.fromSql,
  };
}

const headOnly = ({ columns }: Part): string =>
  columns.every(({ storage }) => storage === "cells")
    ? "a header line"
    : counted(columns.length, "column");

function refuseOtherColumns(source: string, first: Part, part: Part): void {
  const names = first.columns.map(({ name }) => name);
  const own = part.columns.map(({ name }) => name);
  if (names.length === own.length && names.every((name, i) => name === own[i])) return;
  const lacking = names.filter((name) => !own.includes(name));
  const more = own.filter((name) => !names.includes(name));
  const how = [
    lacking.length > 0 ? `lacks ${listed(lacking)}` : "",
    more.length > 0 ? `has ${listed(more)} besides` : "",
  ].filter(Boolean);
  throw new DataError(
    `${source}: ${part.label} has other columns than ${first.label}: it ` +
      `${how.join(" and ") || "has them in another order or repeats one"}; give files of the same ` +
      `columns${first.inSql ? ", or choose the columns with --sql" : ""}`,
  );
}

function joinColumn(source: string, parts: readonly Part[], index: number) {
  const all = parts.map((part) => {
    const stored = part.columns[index] as RelationColumn;
    const described = part.described[index] as DescribedColumn;
    return { label: part.label, inSql: part.inSql, stored, described };
  });
  const first = all.find(holdsValues) ?? (all[0] as (typeof all)[number]);
  const other = all.find(
    (one) =>
      holdsValues(one) && !(sameKind(one, first) && one.stored.storage === first.stored.storage),
  );
  if (other) {
    throw new DataError(
      `${source}: column ${quoted(first.stored.name)} is one of ${shown(first)} in ${first.label} ` +
        `and of ${shown(other)} in ${other.label}; make them agree` +
        (first.inSql ? ", or convert them with --sql" : ""),
    );
  }
  const cells = all.map(({ described }) => described);
  const written = parts.filter((_, part) => (cells[part]?.text ?? 0) > 0);
  const sum = (key: "numbers" | "missing" | "text") =>
    cells.reduce((total, column) => total + column[key], 0);
  const column: SourceColumn = {
    name: first.stored.name,
    index,
    kind: first.described.kind,
    type: first.stored.type,
    numbers: sum("numbers"),
    missing: sum("missing"),
    firstMissing: cells.find(({ firstMissing }) => firstMissing)?.firstMissing ?? null,
    text: sum("text"),
    firstText: cells.find(({ firstText }) => firstText)?.firstText ?? null,
    countsFrom: cells.every(({ countsFrom }) => countsFrom === cells[0]?.countsFrom)
      ? (cells[0]?.countsFrom ?? null)
      : null,
    times: (written[0]?.times[index] ?? []).filter((form) =>
      written.every(({ times }) => times[index]?.some((each) => each.written === form.written)),
    ),
  };
  return { column, stored: first.stored };
}

interface PartColumn {
  label: string;
  stored: RelationColumn;
  described: DescribedColumn;
}

const holdsValues = ({ described }: PartColumn) => described.numbers + described.text > 0;

const sameKind = (a: PartColumn, b: PartColumn) => a.described.kind === b.described.kind;

function shown({ stored, described }: PartColumn): string {
  if (described.kind === "unsupported") return stored.type;
  return described.kind === "text" || described.kind === "boolean"
    ? { text: "text", boolean: "true and false" }[described.kind]
    : `${described.kind}s`;
}

/** A view of all rows, file after file. */
async function union(database: Database, parts: readonly Part[]): Promise<string> {
  const selects = parts.map(({ relation, columns, described }) => {
    const cells = columns.map((stored, i) => {
      // What has no value has no type either: a file of JSON may say nothing of it.
      const empty = !holdsValues({ label: "", stored, described: described[i] as DescribedColumn });
      return empty ? `NULL AS ${cellName(i)}` : cellName(i);
    });
    return `SELECT ${cells.join(", ")} FROM ${relation}`;
  });
  await database.query(`CREATE VIEW data AS ${selects.join(" UNION ALL ")}`);
  return "data";
}
