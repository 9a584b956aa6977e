/** What the cells of one column are. Rows count from 1, the first row below the header. */
export interface ColumnCells {
  /** Finite numbers. */
  numbers: number;
  /** Empty cells, words for a missing value (NA, null, ?), NaN and infinite numbers. */
  missing: number;
  firstMissing: { row: number; cell: string } | null;
  /** Cells that are neither: text, dates, true and false. */
  text: number;
  firstText: { row: number; cell: string } | null;
  /** The number that row 1 has, where every cell is a whole number and one more than that above; null elsewhere. */
  countsFrom: number | null;
}

/** A way in which all cells of a column of text write dates or times that are not in ISO form. */
export interface TimeForm {
  /** `%d/%m/%Y`, or what else to call it. */
  written: string;
  /** SQL that reads it as a date, a time, or a time of day in hours. */
  sql(cell: string): string;
  /** What `--type` says of what was read, where that is not seen in the numbers. */
  type?: string;
}
