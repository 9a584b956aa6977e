/** Rows of numbers, row-major. @typedef {{ data: Float64Array, shape: [number, number] }} Table */

/** @param {readonly (readonly number[])[]} rows @returns {Table} */
export function tableOf(rows) {
  return { data: Float64Array.from(rows.flat()), shape: [rows.length, rows[0]?.length ?? 0] };
}

/** The first rows. @param {Table} table @param {number} most @returns {Table} */
export function head({ data, shape: [rows, columns] }, most) {
  const count = Math.min(rows, most);
  return { data: data.subarray(0, count * columns), shape: [count, columns] };
}

/** Rows `from` to `to`. @param {Table} table @param {number} from @param {number} to @returns {Table} */
export function slice({ data, shape: [, columns] }, from, to) {
  return { data: data.subarray(from * columns, to * columns), shape: [to - from, columns] };
}

/** @param {readonly number[][]} rows @param {number} column */
export function moments(rows, column) {
  const mean = rows.reduce((sum, row) => sum + row[column] / rows.length, 0);
  const variance = rows.reduce((sum, row) => sum + (row[column] - mean) ** 2 / rows.length, 0);
  return { mean, deviation: Math.sqrt(variance) };
}

/** Correlation of two columns. @param {readonly number[][]} rows @param {number} a @param {number} b */
export function correlation(rows, a, b) {
  const [first, second] = [moments(rows, a), moments(rows, b)];
  const product = rows.reduce(
    (sum, row) => sum + ((row[a] - first.mean) * (row[b] - second.mean)) / rows.length,
    0,
  );
  return product / (first.deviation * second.deviation);
}
