import { columnOf, type HostRows } from "../../core/rows.ts";
import { midranks } from "./ranks.ts";

/** Correlations of columns, from their standardised values. */
export interface Correlations {
  /** `[columns, columns]`, row-major; 0 where a column is constant. */
  readonly matrix: Float64Array;
  readonly isConstant: readonly boolean[];
}

/** Pearson's correlations of all pairs of columns. */
export function correlationsOf(rows: HostRows): Correlations {
  const { count, size } = rows;
  const columns = Array.from({ length: size }, (_, column) => standardised(columnOf(rows, column)));
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const mean = dot(columns[i].values, columns[j].values) / count;
      const correlation = Math.max(-1, Math.min(1, mean));
      matrix[i * size + j] = correlation;
      matrix[j * size + i] = correlation;
    }
  }
  return { matrix, isConstant: columns.map(({ isConstant }) => isConstant) };
}

/** Summed in four parts, none of which waits for another. */
function dot(u: Float64Array, v: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = u.length - (u.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += u[i] * v[i];
    b += u[i + 1] * v[i + 1];
    c += u[i + 2] * v[i + 2];
    d += u[i + 3] * v[i + 3];
  }
  for (let i = whole; i < u.length; i++) a += u[i] * v[i];
  return a + b + c + d;
}

/** The rows with each value replaced by its rank in its column, divided by the number of rows, less a half. */
export function rankRows(rows: HostRows): HostRows {
  const { count, size } = rows;
  const data = new Float64Array(count * size);
  for (let column = 0; column < size; column++) {
    midranks(columnOf(rows, column)).forEach((rank, row) => {
      data[row * size + column] = (rank - 0.5) / count - 0.5;
    });
  }
  return { data, count, size };
}

/** Values with mean 0 and variance 1; constant ones become 0. */
function standardised(column: Float64Array): { values: Float64Array; isConstant: boolean } {
  const count = column.length;
  if (column.every((value) => value === column[0])) {
    return { values: new Float64Array(count), isConstant: true };
  }
  const mean = column.reduce((sum, value) => sum + value / count, 0);
  const square = column.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0);
  // Of values that differ by less than 1e-160 the square is 0.
  const deviation = Math.sqrt(square) || 1;
  return { values: column.map((value) => (value - mean) / deviation), isConstant: false };
}
