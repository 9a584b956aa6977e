import { DataError } from "pushforward";
import type { ColumnCells } from "./column-cells.ts";
import { isCommaNumber } from "./csv-dialect.ts";
import { counted, listed, option, quoted } from "./wording.ts";

/** A column of a file: its name, its place and what its cells are. */
export interface FileColumn extends ColumnCells {
  name: string;
  index: number;
}

export interface ColumnChoice {
  /** Only these, in this order. */
  columns?: readonly string[];
  /** All but these. */
  exclude?: readonly string[];
  /** The columns of a model, in its order. */
  needed?: readonly string[];
}

/**
 * Picks the columns of numbers that a command works on: those asked for by name, or every numeric
 * column but a running row number.
 */
export function chooseColumns(
  source: string,
  all: readonly FileColumn[],
  choice: ColumnChoice,
): { chosen: FileColumn[]; notices: string[] } {
  for (const name of choice.exclude ?? []) findColumn(source, all, name, "--exclude names");
  if (choice.needed) return modelColumns(source, all, choice.needed);
  if (choice.columns) {
    return { chosen: namedColumns(source, all, choice.columns, "--columns names"), notices: [] };
  }
  const excluded = new Set(choice.exclude);
  return numericColumns(
    source,
    all.filter(({ name }) => !excluded.has(name)),
  );
}

function modelColumns(source: string, all: readonly FileColumn[], needed: readonly string[]) {
  const chosen = namedColumns(source, all, needed, "the model needs");
  const ignored = all.filter((column) => !chosen.includes(column)).map(({ name }) => name);
  return { chosen, notices: ignored.length ? [`Not in the model: ${listed(ignored)}.`] : [] };
}

function namedColumns(
  source: string,
  all: readonly FileColumn[],
  names: readonly string[],
  who: string,
): FileColumn[] {
  const repeated = names.find((name, place) => names.indexOf(name) !== place);
  if (repeated !== undefined) {
    throw new DataError(`${source}: column ${quoted(repeated)} is asked for twice; name it once`);
  }
  const chosen = names.map((name) => findColumn(source, all, name, who));
  for (const column of chosen) {
    refuseCommas(source, column);
    if (column.numbers === 0) {
      const kind = column.text > 0 ? "holds text" : "holds no values";
      throw new DataError(
        `${source}: column ${quoted(column.name)} ${kind}${example(column)}; only columns of ` +
          "numbers can be used",
      );
    }
    refuseText(source, column);
    refuseTwin(source, all, column);
  }
  return chosen;
}

function numericColumns(source: string, columns: readonly FileColumn[]) {
  if (columns.length === 0) {
    throw new DataError(`${source}: --exclude leaves no column; keep one of numbers at least`);
  }
  const notices: string[] = [];
  const leaveOut = (left: readonly FileColumn[], why: string) => {
    if (left.length === 0) return;
    notices.push(`Left out${why}: ${listed(left.map(({ name }) => name))}.`);
  };
  const empty = columns.filter(({ numbers, text }) => numbers + text === 0);
  const text = columns.filter((column) => column.text > column.numbers);
  let chosen = columns.filter((column) => !empty.includes(column) && !text.includes(column));
  for (const column of text) refuseCommas(source, column);
  for (const column of chosen) refuseText(source, column);
  if (chosen.length === 0) {
    throw new DataError(
      `${source}: has no column of numbers (it has ${listed(columns.map(({ name }) => name))})`,
    );
  }
  const counters = chosen.filter(({ countsRows }) => countsRows);
  if (counters.length < chosen.length) {
    chosen = chosen.filter(({ countsRows }) => !countsRows);
    leaveOut(counters, " as a row number");
  }
  leaveOut(text, " as text");
  leaveOut(empty, ", no values");
  for (const column of chosen) refuseTwin(source, columns, column);
  return { chosen, notices };
}

function findColumn(
  source: string,
  all: readonly FileColumn[],
  name: string,
  who: string,
): FileColumn {
  const found = all.find((column) => column.name === name);
  if (found) return found;
  const names = all.map((column) => column.name);
  throw new DataError(
    `${source}: has no column ${quoted(name)}, which ${who}; it has ${listed(names, 20)}` +
      quotingHint(names, who),
  );
}

/** How to name a column whose name would be taken for two. */
function quotingHint(names: readonly string[], who: string): string {
  const flag = (["--columns", "--exclude"] as const).find((flag) => who.startsWith(flag));
  const name = names.find((name) => name.includes(","));
  if (!flag || name === undefined) return "";
  return `; a name with a comma goes in double quotes: ${option(flag, name)}`;
}

/** A mostly numeric column with text in it is a slip that nobody should find out much later. */
function refuseText(source: string, column: FileColumn): void {
  if (!column.firstText) return;
  const { row, cell } = column.firstText;
  const more = column.text > 1 ? `, and ${counted(column.text - 1, "more cell")} of text` : "";
  throw new DataError(
    `${source}: column ${quoted(column.name)} has the text ${quoted(cell)} in row ${row}${more}; ` +
      `correct it, or leave the column out: ${option("--exclude", column.name)}`,
  );
}

/** Numbers such as 1,5 or 1,234 would be taken for text, and their column left out. */
function refuseCommas(source: string, column: FileColumn): void {
  if (!column.firstText || !isCommaNumber(column.firstText.cell)) return;
  throw new DataError(
    `${source}: column ${quoted(column.name)} writes numbers with commas ` +
      `(${quoted(column.firstText.cell)} in row ${column.firstText.row}); write a decimal point ` +
      `and no thousands separator, or leave the column out: ${option("--exclude", column.name)}`,
  );
}

function refuseTwin(source: string, all: readonly FileColumn[], column: FileColumn): void {
  if (all.every(({ name, index }) => name !== column.name || index === column.index)) return;
  throw new DataError(
    `${source}: two columns are named ${quoted(column.name)}; rename one, or leave both out: ` +
      option("--exclude", column.name),
  );
}

function example({ firstText }: FileColumn): string {
  return firstText ? ` (${quoted(firstText.cell)} in row ${firstText.row})` : "";
}
