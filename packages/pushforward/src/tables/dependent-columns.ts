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

/** A column orthogonal to those before it, and what the column was of these and of itself. */
interface Basis {
  column: number;
  vector: Float64Array;
  shares: number[];
}

/**
 * Columns that are sums of multiples of others, and a constant: a density in them all is infinite on a plane and 0
 * elsewhere. Each is orthogonalised against those before it (modified Gram-Schmidt, twice). Rows with an outlier in
 * any column are left aside: one that several columns share would make them all alike.
 *
 * @param columns equally long, none missing, none constant.
 */
export function dependentColumns(columns: readonly Float64Array[]): Dependence[] {
  const rows = rowsToCompare(columns);
  const basis: Basis[] = [];
  const found: Dependence[] = [];
  columns.forEach((values, column) => {
    const vector = standardized(values, rows);
    if (!vector) return;
    const shares = new Array<number>(basis.length + 1).fill(0);
    for (let pass = 0; pass < 2; pass++) {
      basis.forEach((other, place) => {
        const share = product(vector, other.vector);
        shares[place] = (shares[place] as number) + share;
        for (let i = 0; i < vector.length; i++) {
          vector[i] = (vector[i] as number) - share * (other.vector[i] as number);
        }
      });
    }
    const norm = Math.sqrt(product(vector, vector));
    if (norm <= TOLERANCE) {
      found.push({ column, of: columnsIn(shares, basis) });
      return;
    }
    shares[basis.length] = norm;
    basis.push({ column, vector: vector.map((value) => value / norm), shares });
  });
  return found;
}

/** The columns that a sum over the basis is made of, by back-substitution. */
function columnsIn(shares: readonly number[], basis: readonly Basis[]): number[] {
  const left = [...shares];
  const of: number[] = [];
  for (let place = basis.length - 1; place >= 0; place--) {
    const { column, shares: own } = basis[place] as Basis;
    const factor = (left[place] as number) / (own[place] as number);
    for (let i = 0; i <= place; i++) left[i] = (left[i] as number) - factor * (own[i] as number);
    if (Math.abs(factor) > LEAST_FACTOR) of.unshift(column);
  }
  return of;
}

/** Of a column in a sum, in deviations. */
const LEAST_FACTOR = 1e-4;

/** How many quartiles' distances from the middle a value is ordinary. */
const ORDINARY = 50;

/** Indices of rows at even distances, without those that hold an outlier. */
function rowsToCompare(columns: readonly Float64Array[]): number[] {
  const all = columns[0]?.length ?? 0;
  const count = Math.min(all, Math.max(FEWEST_ROWS, ROWS_PER_COLUMN * columns.length));
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * all) / count));
  const bounds = columns.map((values) => {
    const sorted = Float64Array.from(rows, (row) => values[row] as number).sort();
    const at = (share: number) => sorted[Math.floor(share * (count - 1))] as number;
    const reach = ORDINARY * (at(0.75) - at(0.25)) || Infinity;
    return [at(0.5) - reach, at(0.5) + reach] as const;
  });
  return rows.filter((row) =>
    columns.every((values, c) => {
      const [low, high] = bounds[c] as readonly [number, number];
      const value = values[row] as number;
      return value >= low && value <= high;
    }),
  );
}

/** The values of some rows, with mean 0 and norm 1; null for a constant. */
function standardized(values: Float64Array, rows: readonly number[]): Float64Array | null {
  const picked = Float64Array.from(rows, (row) => values[row] as number);
  const mean = picked.reduce((sum, value) => sum + value / rows.length, 0);
  const centred = picked.map((value) => value - mean);
  const norm = Math.sqrt(product(centred, centred));
  return norm > 0 ? centred.map((value) => value / norm) : null;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
