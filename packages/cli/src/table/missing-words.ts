import { literal } from "./database.ts";

/** Cells that stand for a missing value, in whatever case and with blanks around. */
const WORDS = ["", "na", "n/a", "#n/a", "nan", "null", "none", "?"];

export const isMissing = (cell: string): boolean => WORDS.includes(cell.trim().toLowerCase());

/**
 * SQL: whether a cell of text is empty or such a word. A list, for DuckDB makes a join of every long
 * `IN`, and takes minutes to plan those of a few hundred columns.
 */
export const missingSql = (cell: string): string =>
  `(${cell} IS NULL OR list_contains([${WORDS.map(literal).join(", ")}], lower(trim(${cell}))))`;
