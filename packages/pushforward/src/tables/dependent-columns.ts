/** A column that others determine. */
export interface Dependence {
  /** Index of the column. */
  column: number;
  /** Indices of the columns before it that it is a sum of multiples of; with a constant. */
  of: number[];
}

/** Of a column's deviation: what is left of it next to the others, at most. */
const TOLERANCE = 1e-6;

/** Rows looked at for each column; more would find nothing else. */
const ROWS_PER_COLUMN = 4;
const FEWEST_ROWS = 1000;

/**
 * Columns that are sums of multiples of others, and a constant: a density in them all is infinite on a plane and 0
 * elsewhere. Each is orthogonalised against those before it (modified Gram-Schmidt, twice).
 *
 * @param columns equally long, none missing, none constant.
 */
export function dependentColumns(columns: readonly Float64Array[]): Dependence[] {
  const rows = columns[0]?.length ?? 0;
  const taken = Math.min(rows, Math.max(FEWEST_ROWS, ROWS_PER_COLUMN * columns.length));
  const basis: { column: number; vector: Float64Array; parts: Map<number, number> }[] = [];
  const found: Dependence[] = [];
  columns.forEach((values, column) => {
    const vector = standardized(values, taken);
    if (!vector) return;
    // The column as a sum of multiples of columns before it, followed through the orthogonalisation.
    const parts = new Map<number, number>([[column, 1]]);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const share = product(vector, other.vector);
        for (let i = 0; i < taken; i++)
          vector[i] = (vector[i] as number) - share * (other.vector[i] as number);
        for (const [index, part] of other.parts) {
          parts.set(index, (parts.get(index) ?? 0) - share * part);
        }
      }
    }
    const norm = Math.sqrt(product(vector, vector));
    if (norm > TOLERANCE) {
      for (let i = 0; i < taken; i++) vector[i] = (vector[i] as number) / norm;
      for (const [index, part] of parts) parts.set(index, part / norm);
      basis.push({ column, vector, parts });
      return;
    }
    const of = [...parts].flatMap(([index, part]) =>
      index !== column && Math.abs(part) > 1e-4 ? [index] : [],
    );
    found.push({ column, of: of.sort((a, b) => a - b) });
  });
  return found;
}

/** Values at even distances, with mean 0 and norm 1; null for a constant. */
function standardized(values: Float64Array, count: number): Float64Array | null {
  const stride = values.length / count;
  const picked = Float64Array.from(
    { length: count },
    (_, i) => values[Math.floor(i * stride)] as number,
  );
  const mean = picked.reduce((sum, value) => sum + value / count, 0);
  const centred = picked.map((value) => value - mean);
  const norm = Math.sqrt(product(centred, centred));
  return norm > 0 ? centred.map((value) => value / norm) : null;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
