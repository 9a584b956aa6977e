import type { TimeForm } from "./column-cells.ts";
import { cellName, type Database } from "./database.ts";
import type { DescribedColumn } from "./describe-relation.ts";
import { missingSql } from "./missing-words.ts";
import type { Relation } from "./relation.ts";

/** A time of day. */
const OF_DAY: TimeForm = {
  written: "time of day",
  sql: (cell) => `epoch(try_cast(${cell} as time)) / 3600`,
  type: "circular(0, 24)",
};

/** Finds how columns of text write dates and times; empty for those that do not. */
export async function timeForms(
  database: Database,
  { relation, columns }: Relation,
  described: readonly DescribedColumn[],
): Promise<TimeForm[][]> {
  const forms: TimeForm[][] = [];
  for (const [place, { kind, firstText }] of described.entries()) {
    const isTime = kind === "unsupported" && columns[place]?.type === "TIME";
    const likely = kind === "text" && firstText ? formsOf(firstText.cell.trim()) : [];
    forms.push(isTime ? [OF_DAY] : await fitting(database, relation, cellName(place), likely));
  }
  return forms;
}

/** Those forms that all cells are written in. */
async function fitting(
  { query }: Database,
  relation: string,
  cell: string,
  forms: readonly TimeForm[],
): Promise<TimeForm[]> {
  if (forms.length === 0) return [];
  const fits = forms.map(
    (form) => `bool_and(${missingSql(cell)} OR ${form.sql(`trim(${cell})`)} IS NOT NULL)`,
  );
  const [row = []] = await query(`SELECT ${fits.join(", ")} FROM ${relation}`);
  return forms.filter((_, i) => row[i] === true);
}

/** A date of numbers, and a time of day after it. */
const DATE = /^(\d{1,4})([/.-])\d{1,2}\2(\d{1,4})(?: (\d{1,2}:\d\d)(:\d\d)?)?$/;

/** The forms that a cell may be written in; day before month and the other way around are told apart by other cells. */
function formsOf(cell: string): TimeForm[] {
  if (/^\d{1,2}:\d\d(:\d\d(\.\d+)?)?$/.test(cell)) return [OF_DAY];
  const [, first, mark, last, time, seconds] = DATE.exec(cell) ?? [];
  if (!first || !mark || !last) return [];
  const year = last.length === 4 ? "%Y" : "%y";
  const days =
    first.length === 4
      ? [["%Y", "%m", "%d"]]
      : [
          ["%d", "%m", year],
          ["%m", "%d", year],
        ];
  const clock = time === undefined ? "" : seconds === undefined ? " %H:%M" : " %H:%M:%S";
  return days.map((parts) => {
    const written = `${parts.join(mark)}${clock}`;
    const type = clock === "" ? "::date" : "";
    return { written, sql: (text) => `try_strptime(${text}, '${written}')${type}` };
  });
}
