/** A column of numbers of a visitor's table; NaN where a cell is none. */
export interface NumberColumn {
  readonly name: string;
  readonly values: Float32Array;
  /** Cells that hold no number. */
  readonly gaps: number;
}

/** What a column turned out to be. */
export type ColumnReading =
  | { readonly type: "numbers"; readonly column: NumberColumn }
  | { readonly type: "text" }
  /** Numbers that could mean two things. */
  | { readonly type: "unclear"; readonly reason: string };

const POINT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;
const GROUPED = /^[+-]?\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d+)?$/;

/** Whether a cell holds a number, in whatever way it is written. */
export const looksNumeric = (cell: string) =>
  [POINT, COMMA, GROUPED].some((pattern) => pattern.test(cell.trim()));

/** Collects the cells of a column; `takesCommas`: whether "1,5" is one and a half. */
export function createColumn(name: string, takesCommas: boolean) {
  let values = new Float32Array(1024);
  let rows = 0;
  let numbers = 0;
  let odd: { readonly line: number; readonly cell: string; count: number } | undefined;
  /** The first lines with a decimal point and with a decimal comma. */
  let pointLine: number | undefined;
  let commaLine: number | undefined;

  function read(cell: string, line: number): number {
    if (cell === "") return Number.NaN;
    if (POINT.test(cell)) {
      if (takesCommas && cell.includes(".")) pointLine ??= line;
      return Number(cell);
    }
    if (takesCommas && COMMA.test(cell)) {
      commaLine ??= line;
      return Number(cell.replace(",", "."));
    }
    if (COMMA.test(cell) || GROUPED.test(cell)) {
      odd ??= { line, cell, count: 0 };
      odd.count += 1;
    }
    return Number.NaN;
  }

  return {
    add(cell: string, line: number): void {
      if (rows === values.length) {
        const longer = new Float32Array(2 * rows);
        longer.set(values);
        values = longer;
      }
      const value = Math.fround(read(cell.trim(), line));
      const isNumber = Number.isFinite(value);
      values[rows] = isNumber ? value : Number.NaN;
      rows += 1;
      if (isNumber) numbers += 1;
    },

    /** A column of numbers has them in at least half of its cells. */
    finish(): ColumnReading {
      if (2 * (numbers + (odd?.count ?? 0)) < rows) return { type: "text" };
      if (odd) {
        const way = takesCommas ? "" : ", with a decimal point";
        return {
          type: "unclear",
          reason: `“${name}” has “${odd.cell}” in line ${odd.line}. Write numbers without marks between thousands${way}.`,
        };
      }
      if (pointLine !== undefined && commaLine !== undefined) {
        return {
          type: "unclear",
          reason: `“${name}” has a decimal comma in line ${commaLine} and a decimal point in line ${pointLine}. Write all of its numbers alike.`,
        };
      }
      return {
        type: "numbers",
        column: { name, values: values.slice(0, rows), gaps: rows - numbers },
      };
    },
  };
}
