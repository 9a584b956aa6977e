import { DataError, DomainError } from "pushforward";
import type { DataSource, SourceColumn } from "../table/data-source.ts";
import { type PreparedTable, prepareForFit } from "../table/prepare-for-fit.ts";
import { type FitChoice, selectForFit } from "../table/select-columns.ts";
import { counted, option, quoted } from "../table/wording.ts";
import { openInput } from "./data-options.ts";
import { type ColumnOptions, parseTypes, readColumnOptions } from "./fit-config.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { SMALL_TABLE } from "./fit-settings.ts";

/** A table to fit a flow to. */
export interface FitData extends PreparedTable {
  source: string;
  /** Rows that were read. */
  rows: number;
}

/** More rows than these hardly make a better model, and would have to fit into memory. */
const MOST_ROWS = 1_000_000;

/**
 * Reads a table and finds out what its columns are.
 *
 * @throws DataError, DomainError naming the file, the column and the way out.
 */
export async function readFitData(
  path: string | undefined,
  options: FitCommandOptions,
): Promise<FitData> {
  const settings = await withConfig(options);
  const { given = [], types = {}, missing, dropDependent } = settings;
  const categories = Object.keys(types).filter((name) => types[name]?.type === "category");
  const from = await openInput(path, options, categories);
  try {
    const { chosen, notices } = selectForFit(from, settings);
    if (!missing) refuseMissing(from, chosen);
    const { maxRows = MOST_ROWS, seed } = options;
    const table = await from.read(chosen, maxRows < from.rows ? { rows: maxRows, seed } : {});
    const describe = { given, types, missing, dropDependent };
    const prepared = prepareForFit(from.source, table, describe, seed);
    const rows = prepared.table.rows;
    const all = [
      ...notices,
      ...from.notices,
      ...(maxRows < from.rows ? [sampleNotice(maxRows, from.rows)] : []),
      ...prepared.notices,
      ...(rows < SMALL_TABLE
        ? [`Below ${SMALL_TABLE} rows: a smaller flow, weight decay (see fit --help).`]
        : []),
    ];
    return { ...prepared, source: from.source, rows, notices: all };
  } finally {
    from.close();
  }
}

/** What the command line says, and where it is silent the file. */
async function withConfig(
  options: FitCommandOptions,
): Promise<ColumnOptions & Pick<FitChoice, "config">> {
  const { config, columns, exclude, given, types, missing, dropDependent } = options;
  const own = { columns, exclude, given, missing, dropDependent };
  const file = config === undefined ? {} : await readColumnOptions(config);
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  // Named columns take the place of excluded ones, wherever either was said.
  const { columns: _, exclude: __, ...others } = file;
  const rest = columns || exclude ? others : file;
  const settings = { ...rest, ...(given && { given: [] }) };
  const typed = parseTypes(types ?? {}, (what) => new DomainError(`--type: ${what}`));
  return {
    ...rest,
    ...Object.fromEntries(said),
    types: { ...file.types, ...typed },
    ...(config !== undefined && { config: { path: config, settings } }),
  };
}

const sampleNotice = (taken: number, all: number) =>
  `Fitted to ${counted(taken, "row")} of ${all.toLocaleString("en-US")}, drawn at random (--max-rows).`;

function refuseMissing({ source, rows }: DataSource, chosen: readonly SourceColumn[]): void {
  const gaps = chosen.filter(({ missing }) => missing > 0);
  const [first] = gaps;
  if (!first?.firstMissing) return;
  const { row, cell } = first.firstMissing;
  const shown = cell.trim() === "" ? "empty" : quoted(cell);
  const more = gaps.length > 1 ? `, and so do ${counted(gaps.length - 1, "more column")}` : "";
  throw new DataError(
    `${source}: column ${quoted(first.name)} lacks a value in ${first.missing.toLocaleString("en-US")} of ` +
      `${counted(rows, "row")}, first in row ${row} (${shown})${more}; leave such rows out with --missing drop, make ` +
      `gaps part of the density with --missing model, or leave the column out: ${option("--exclude", first.name)}`,
  );
}
