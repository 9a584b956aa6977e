/** Rows of numbers, row-major: `shape` is `[rows, ...event]`, an event being read flat. */
export interface Table {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** How many rows a table has. */
export function rowCount(table: Table): number {
  return table.shape[0] ?? 0;
}

/** How many columns a table has, an event of several axes being read flat. */
export function columnCount(table: Table): number {
  return table.shape.slice(1).reduce((product, size) => product * size, 1);
}

/** Column `index` of a table, all rows. */
export function column(table: Table, index: number): Float64Array {
  const width = columnCount(table);
  return Float64Array.from({ length: rowCount(table) }, (_, row) => {
    return table.data[row * width + index] ?? Number.NaN;
  });
}

/** At most `limit` of the indices `0 ... count - 1`, evenly spread, both ends kept. */
export function evenly(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, index) => index);
  if (limit < 2) return [0].slice(0, limit);
  const step = (count - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, index) => Math.round(index * step));
}
