import { DataError } from "pushforward";
import type { Table } from "./read-table.ts";
import { counted, option, quoted } from "./wording.ts";

/**
 * Refuses tables to which no density can be fitted: too few rows, a column without spread, or two
 * columns that are the same (their joint density is infinite on a line and zero elsewhere).
 */
export function checkForFit(table: Table): void {
  const { source, names, rows } = table;
  if (rows === 1) {
    throw new DataError(`${source}: has one row; a density needs many (some hundreds at least)`);
  }
  if (rows <= names.length) {
    throw new DataError(
      `${source}: has as many columns (${names.length}) as rows (${rows}) or more; add rows, or name fewer ` +
        "columns with --columns a,b",
    );
  }
  for (let column = 0; column < names.length; column++) refuseConstant(table, column);
  for (let b = 1; b < names.length; b++) for (let a = 0; a < b; a++) refuseTwins(table, a, b);
}

function refuseConstant({ source, names, rows, values }: Table, column: number): void {
  const width = names.length;
  for (let row = 1; row < rows; row++) {
    if (values[row * width + column] !== values[column]) return;
  }
  const name = names[column] as string;
  throw new DataError(
    `${source}: column ${quoted(name)} is constant (${values[column]} in ${counted(rows, "row")}), ` +
      `so it has no density; leave it out: ${option("--exclude", name)}`,
  );
}

function refuseTwins({ source, names, rows, values }: Table, a: number, b: number): void {
  const width = names.length;
  for (let row = 0; row < rows; row++) {
    if (values[row * width + a] !== values[row * width + b]) return;
  }
  const twin = names[b] as string;
  throw new DataError(
    `${source}: columns ${quoted(names[a] as string)} and ${quoted(twin)} hold the same values; ` +
      `leave one out: ${option("--exclude", twin)}`,
  );
}
