/**
 * The assignment of rows to columns of least total cost, one each, by shortest augmenting paths (Jonker and Volgenant
 * 1987, doi:10.1007/BF02278710; Crouse 2016, doi:10.1109/TAES.2016.140952): at most n^3 operations.
 *
 * @param cost row-major, n x n.
 * @returns the column of each row.
 */
export function assign(cost: Float64Array, n: number): Uint32Array {
  const rowPotential = new Float64Array(n);
  const columnPotential = new Float64Array(n);
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  const cameFrom = new Int32Array(n);
  const distance = new Float64Array(n);
  const open = new Int32Array(n);
  reduce(cost, n, rowPotential, columnPotential);
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < n && columnOf[row] < 0; j++) {
      const isFree = rowOf[j] < 0;
      if (isFree && cost[row * n + j] - rowPotential[row] - columnPotential[j] <= 0) {
        columnOf[row] = j;
        rowOf[j] = row;
      }
    }
  }

  for (let start = 0; start < n; start++) {
    if (columnOf[start] >= 0) continue;
    distance.fill(Infinity);
    for (let j = 0; j < n; j++) open[j] = j;
    let left = n;
    let row = start;
    let length = 0;
    let sink = -1;
    const visited: number[] = [];
    while (sink < 0) {
      let nearest = Infinity;
      let at = -1;
      for (let k = 0; k < left; k++) {
        const j = open[k];
        const through = length + cost[row * n + j] - rowPotential[row] - columnPotential[j];
        if (through < distance[j]) {
          distance[j] = through;
          cameFrom[j] = row;
        }
        const isNearer =
          distance[j] < nearest || (distance[j] === nearest && rowOf[j] < 0 && at >= 0);
        if (isNearer) {
          nearest = distance[j];
          at = k;
        }
      }
      length = nearest;
      const column = open[at];
      open[at] = open[--left];
      if (rowOf[column] < 0) sink = column;
      else {
        visited.push(column);
        row = rowOf[column];
      }
    }
    rowPotential[start] += length;
    for (const column of visited) {
      const slack = length - distance[column];
      rowPotential[rowOf[column]] += slack;
      columnPotential[column] -= slack;
    }
    // Turn the path around: each row on it takes the column it reached.
    for (let column = sink; column >= 0; ) {
      const before = cameFrom[column];
      const next = columnOf[before];
      rowOf[column] = before;
      columnOf[before] = column;
      column = next;
    }
  }
  return Uint32Array.from(columnOf);
}

/** Potentials with which no reduced cost is negative, and each row and column has one of 0. */
function reduce(cost: Float64Array, n: number, rows: Float64Array, columns: Float64Array): void {
  rows.fill(Infinity);
  columns.fill(Infinity);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) rows[i] = Math.min(rows[i], cost[i * n + j]);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) columns[j] = Math.min(columns[j], cost[i * n + j] - rows[i]);
  }
}
