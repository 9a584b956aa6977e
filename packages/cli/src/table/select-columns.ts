import { DataError } from "pushforward";
import type { Field } from "pushforward/tables";
import { isCommaNumber } from "./csv-dialect.ts";
import type { DataSource, ReadableColumn, SourceColumn } from "./data-source.ts";
import { didYouMean } from "./nearest-name.ts";
import { timeHint } from "./time-hint.ts";
import { counted, listed, option, quoted } from "./wording.ts";

export interface ColumnChoice {
  /** Only these, in this order. */
  columns?: readonly string[] | undefined;
  /** All but these. */
  exclude?: readonly string[] | undefined;
}

/** What a fit is told of columns by name. */
export interface FitChoice extends ColumnChoice {
  given?: readonly string[] | undefined;
  types?: Readonly<Record<string, unknown>> | undefined;
  /** What of it a file says. */
  config?: { path: string; settings: Omit<FitChoice, "config"> } | undefined;
}

/** Columns of a source, and what was left out, one line each. */
export interface Selection {
  chosen: SourceColumn[];
  notices: string[];
}

/**
 * The columns to fit a model to: those asked for by name, or all but row numbers, empty columns and what is neither
 * number, date nor text.
 *
 * @throws DataError naming the column and the way out.
 */
export function selectForFit(from: DataSource, choice: FitChoice): Selection {
  const { given = [], types = {} } = choice;
  const { chosen, notices } = selectByChoice(from, choice);
  refuseLeftOut(from, chosen, given, choice, "given");
  refuseLeftOut(from, chosen, Object.keys(types), choice, "types");
  const untyped = chosen.filter(({ name }) => !Object.hasOwn(types, name));
  const left = from.columns.filter(
    ({ kind, name }) =>
      kind === "unsupported" && !choice.columns && !choice.exclude?.includes(name),
  );
  const hint = timeHint(from, [...untyped, ...left], true);
  return { chosen, notices: hint === null ? notices : [`${hint}.`, ...notices] };
}

/** Where a name of a column was said: `--given`, or `"given" in fit.json`. */
function placeOf({ config }: FitChoice, setting: keyof typeof FLAGS, name: string): string {
  const said = config?.settings[setting] ?? [];
  const names = Array.isArray(said) ? said : Object.keys(said);
  return config && names.includes(name) ? `"${setting}" in ${config.path}` : FLAGS[setting];
}

const FLAGS = {
  columns: "--columns",
  exclude: "--exclude",
  given: "--given",
  types: "--type",
} as const;

function selectByChoice(from: DataSource, choice: FitChoice): Selection {
  const { source, columns: all } = from;
  const { columns, exclude = [] } = choice;
  for (const name of exclude) findColumn(from, name, `${placeOf(choice, "exclude", name)} names`);
  const [first = ""] = columns ?? exclude;
  if (columns) {
    const who = `${placeOf(choice, "columns", first)} names`;
    const chosen = columnsNamed(from, columns, who);
    const untyped = chosen.filter(({ name }) => !Object.hasOwn(choice.types ?? {}, name));
    refuseUnreadable(from, chosen, who, timeHint(from, untyped, true));
    return { chosen, notices: [] };
  }
  const left = all.filter(({ name }) => !exclude.includes(name));
  if (left.length === 0) {
    const who = placeOf(choice, "exclude", first);
    throw new DataError(`${source}: ${who} leaves no column; keep one`);
  }
  const notices: string[] = [];
  const leaveOut = (out: readonly SourceColumn[], why: string) => {
    if (out.length > 0) notices.push(`Left out${why}: ${listed(out.map(({ name }) => name))}.`);
  };
  const strange = left.filter(isUnsupported);
  const empty = left.filter((column) => !strange.includes(column) && isEmpty(column));
  let chosen = left.filter((column) => !strange.includes(column) && !empty.includes(column));
  for (const column of chosen) refuseText(source, column);
  const counters = chosen.filter(({ countsFrom }) => countsFrom === 0 || countsFrom === 1);
  if (counters.length < chosen.length) {
    chosen = chosen.filter((column) => !counters.includes(column));
    leaveOut(counters, " as a row number");
  }
  leaveOut(strange, " as neither numbers nor text");
  leaveOut(empty, ", no values");
  if (chosen.length === 0) {
    throw new DataError(
      `${source}: has no column of numbers or categories (it has ${listed(all.map(({ name }) => name))})`,
    );
  }
  for (const column of chosen) refuseTwin(from, column);
  return { chosen, notices: [...notices, ...counterNotices(chosen)] };
}

/** What counts up may number the rows, or be years. */
function counterNotices(chosen: readonly SourceColumn[]): string[] {
  const counters = chosen.filter(({ countsFrom }) => countsFrom !== null);
  if (counters.length === chosen.length) return [];
  return counters.map(
    ({ name }) =>
      `Column ${quoted(name)} counts up by one from row to row; leave it out with ` +
      `${option("--exclude", name)} if it only numbers rows.`,
  );
}

/** What is said of a column must be of one that the model is fitted to. */
function refuseLeftOut(
  from: DataSource,
  chosen: readonly SourceColumn[],
  names: readonly string[],
  choice: FitChoice,
  setting: "given" | "types",
): void {
  for (const name of names) {
    const who = `${placeOf(choice, setting, name)} names`;
    const { index } = findColumn(from, name, who);
    if (chosen.some((column) => column.index === index)) continue;
    const wayOut = choice.exclude?.includes(name)
      ? `take it out of ${placeOf(choice, "exclude", name)}`
      : "name it with --columns as well";
    throw new DataError(
      `${from.source}: column ${quoted(name)}, which ${who}, is not among those that the model is fitted to, ` +
        `${listed(chosen.map((column) => column.name))}; ${wayOut}`,
    );
  }
}

/**
 * The columns that are written beside a model's: those that --keep names, with the kinds that keep them as they are.
 *
 * @throws DataError naming the column and the way out.
 */
export async function selectKept(
  from: DataSource,
  fields: readonly Field[],
  keep: readonly string[],
): Promise<ReadableColumn[]> {
  const columns = columnsNamed(from, keep, "--keep names");
  refuseUnsupported(from, columns, timeHint(from, columns.filter(isUnsupported)));
  const own = columns.find(({ name }) => fields.some((field) => field.name === name));
  if (own) {
    throw new DataError(
      `${from.source}: --keep names ${quoted(own.name)}, a column of the model, which is written anyway; leave it out`,
    );
  }
  return from.asWritten(columns);
}

/**
 * The columns that stand for a model's, in its order: by name, or those named on the command line.
 *
 * @throws DataError naming the column and the way out.
 */
export function selectForModel(
  from: DataSource,
  fields: readonly Field[],
  { columns, exclude = [] }: ColumnChoice,
  kept: readonly SourceColumn[] = [],
): Selection {
  for (const name of exclude) findColumn(from, name, "--exclude names");
  const names = columns ?? fields.map(({ name }) => name);
  if (names.length !== fields.length) {
    throw new DataError(
      `${from.source}: --columns names ${counted(names.length, "column")} where the model has ${fields.length}: ` +
        listed(
          fields.map(({ name }) => name),
          20,
        ),
    );
  }
  const who = columns ? "--columns names" : OF_MODEL;
  const found = columnsNamed(from, names, who);
  const hint = timeHint(
    from,
    found.filter((_, place) => !isWords(fields[place] as Field)),
  );
  refuseUnreadable(from, found, who, hint);
  const chosen = found.map((column, place) => asField(from, column, fields[place] as Field, hint));
  const read = [...chosen, ...kept];
  const ignored = from.columns.filter(({ index }) => read.every((each) => each.index !== index));
  const notices =
    ignored.length > 0 && !columns
      ? [`Not in the model: ${listed(ignored.map(({ name }) => name))}.`]
      : [];
  return { chosen, notices };
}

const isWords = ({ kind }: Field): boolean => kind === "text" || kind === "boolean";

const times: readonly string[] = ["date", "timestamp"];

/**
 * A column to be read as what it was when the model was fitted: codes such as 1, 2, 3 as text, times as dates.
 *
 * @param timesHint how to read all columns of text that write times.
 * @throws DataError where its cells cannot be that.
 */
function asField(
  { source }: DataSource,
  column: SourceColumn,
  field: Field,
  timesHint: string | null,
): SourceColumn {
  const { kind } = field;
  if (isWords(field)) return { ...column, kind };
  const isTime = times.includes(column.kind);
  const hint = column.times.length > 0 ? timesHint : null;
  if (kind === "number" && !isTime) refuseAnyText(source, column, hint);
  if ((kind !== "number") === isTime || isEmpty(column)) return { ...column, kind };
  const [holds, was] = isTime ? ["dates or times", "numbers"] : ["no dates or times", `a ${kind}`];
  throw new DataError(
    `${source}: column ${quoted(column.name)} holds ${holds} where the model was fitted to ${was}; ` +
      (hint ?? "convert it with --sql, or name another with --columns"),
  );
}

/** Who names the columns of a model where nobody names others. */
const OF_MODEL = "the model needs";

/**
 * Columns that were named must be of kinds that can be read, and hold what their kinds say.
 *
 * @param hint how to read those that write times.
 */
function refuseUnreadable(
  from: DataSource,
  found: readonly SourceColumn[],
  who: string,
  hint: string | null,
): void {
  const { source } = from;
  refuseUnsupported(from, found, hint);
  for (const column of found) {
    refuseText(source, column);
    if (isEmpty(column) && who !== OF_MODEL) {
      throw new DataError(`${source}: column ${quoted(column.name)} holds no values; name another`);
    }
  }
}

/** Columns by name, none of them twice. */
function columnsNamed(from: DataSource, names: readonly string[], who: string): SourceColumn[] {
  const { source } = from;
  const repeated = names.find((name, place) => names.indexOf(name) !== place);
  if (repeated !== undefined) {
    throw new DataError(`${source}: column ${quoted(repeated)} is asked for twice; name it once`);
  }
  return names.map((name) => {
    const column = findColumn(from, name, who);
    refuseTwin(from, column);
    return column;
  });
}

const isUnsupported = ({ kind }: SourceColumn): boolean => kind === "unsupported";

function refuseUnsupported(
  { source }: DataSource,
  columns: readonly SourceColumn[],
  timesHint: string | null,
): void {
  const column = columns.find(isUnsupported);
  if (!column) return;
  const hint = column.times.length > 0 ? timesHint : null;
  throw new DataError(
    `${source}: column ${quoted(column.name)} holds ${column.type}; ` +
      (hint ?? "only numbers, dates, true and false, and text can be used"),
  );
}

const isEmpty = ({ numbers, text }: SourceColumn): boolean => numbers + text === 0;

function findColumn({ source, columns }: DataSource, name: string, who: string): SourceColumn {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  throw new DataError(
    `${source}: has no column ${quoted(name)}, which ${who}${didYouMean(name, names)}; it has ${listed(names, 20)}` +
      quotingHint(names, who),
  );
}

/** How to name a column whose name would be taken for two. */
function quotingHint(names: readonly string[], who: string): string {
  const flag = (["--columns", "--exclude", "--given", "--keep"] as const).find((each) =>
    who.startsWith(each),
  );
  const name = names.find((each) => each.includes(","));
  if (!flag || name === undefined) return "";
  return `; a name with a comma goes in double quotes: ${option(flag, name)}`;
}

/** A mostly numeric column with text in it is a slip that nobody should find out much later. */
function refuseText(source: string, column: SourceColumn): void {
  if (column.firstText && isCommaNumber(column.firstText.cell)) {
    throw new DataError(
      `${source}: column ${quoted(column.name)} writes numbers with commas ` +
        `(${quoted(column.firstText.cell)} in row ${column.firstText.row}); write a decimal point ` +
        `and no thousands separator, or leave the column out: ${option("--exclude", column.name)}`,
    );
  }
  if (column.kind === "number") refuseAnyText(source, column);
}

function refuseAnyText(source: string, column: SourceColumn, hint: string | null = null): void {
  if (!column.firstText) return;
  const { row, cell } = column.firstText;
  const more = column.text > 1 ? `, and ${counted(column.text - 1, "more cell")} of text` : "";
  throw new DataError(
    `${source}: column ${quoted(column.name)} has the text ${quoted(cell)} in row ${row}${more}; ` +
      (hint ?? `correct it, or leave the column out: ${option("--exclude", column.name)}`),
  );
}

function refuseTwin({ source, columns }: DataSource, column: SourceColumn): void {
  if (columns.every(({ name, index }) => name !== column.name || index === column.index)) return;
  throw new DataError(
    `${source}: two columns are named ${quoted(column.name)}; rename one, or leave both out: ` +
      option("--exclude", column.name),
  );
}
