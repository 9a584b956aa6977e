import { numeralSql } from "./cell-sql.ts";
import { cellName, type Database } from "./database.ts";
import { missingSql } from "./missing-words.ts";
import type { Relation, RelationColumn } from "./relation.ts";
import { listed } from "./wording.ts";

/** SQL: whether a text is a code such as 007, which a number would cut short. */
const leadingZeroSql = (text: string): string => `regexp_matches(${text}, '^[-+]?0[0-9]')`;

/**
 * Relations whose columns of text are judged as cells of a CSV file where those of all relations hold numbers and gaps
 * only: what was read from text often stays text for a `?` or `NA` in it. Codes with leading zeros stay text.
 *
 * @param asText names of columns that stay text whatever they hold.
 */
export async function withTextOfNumbers(
  database: Database,
  relations: readonly Relation[],
  asText: readonly string[],
): Promise<Relation[]> {
  const [first] = relations as readonly [Relation];
  const staysText = new Set(asText);
  const places = [...first.columns.keys()].filter(
    (place) =>
      !staysText.has((first.columns[place] as RelationColumn).name) &&
      relations.every(({ columns }) => isText(columns[place])),
  );
  const found = await placesOfNumbers(database, relations, places);
  if (found.length === 0) return [...relations];
  const names = found.map((place) => (first.columns[place] as RelationColumn).name);
  const notice = `Text of numbers is read as numbers: ${listed(names)} (--type takes a column for a category).`;
  return relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column, place) =>
      found.includes(place) ? { ...column, storage: "cells" as const } : column,
    ),
    notices: [...relation.notices, notice],
  }));
}

/** Enumerations and dictionaries are categories by their type. */
const isText = (column: RelationColumn | undefined): boolean =>
  column?.storage === "text" && !/^(ENUM|UUID|Dictionary)/.test(column.type);

/** Rows that rule most columns out before all rows are gone through. */
const FIRST_ROWS = 2048;

/** More at once would take long to plan. */
const COLUMNS_AT_ONCE = 100;

async function placesOfNumbers(
  { query }: Database,
  relations: readonly Relation[],
  candidates: readonly number[],
): Promise<number[]> {
  const countsIn = async ({ relation }: Relation, places: readonly number[], limit: string) => {
    const counts: unknown[] = [];
    for (let begin = 0; begin < places.length; begin += COLUMNS_AT_ONCE) {
      const some = places.slice(begin, begin + COLUMNS_AT_ONCE).map(numbersSql);
      const [row = []] = await query(
        `SELECT ${some.join(", ")} FROM (SELECT * FROM ${relation}${limit})`,
      );
      counts.push(...row);
    }
    return counts;
  };
  let places = [...candidates];
  const withNumber = new Set<number>();
  for (const limit of [` LIMIT ${FIRST_ROWS}`, ""]) {
    for (const relation of relations) {
      const counts = await countsIn(relation, places, limit);
      places.forEach((place, i) => {
        if (Number(counts[i]) > 0) withNumber.add(place);
      });
      places = places.filter((_, i) => counts[i] !== null);
    }
  }
  return places.filter((place) => withNumber.has(place));
}

/** SQL: the numbers in a column, or NULL where it holds other text, too. */
function numbersSql(place: number): string {
  const cell = cellName(place);
  const text = `trim(${cell})`;
  const isNumber = `TRY_CAST(${numeralSql(text)} AS DOUBLE) IS NOT NULL AND NOT ${leadingZeroSql(text)}`;
  return `CASE WHEN coalesce(bool_and(${missingSql(cell)} OR (${isNumber})), true)
    THEN count(*) FILTER (NOT ${missingSql(cell)}) END`;
}
