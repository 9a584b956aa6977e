import { DomainError } from "../core/errors.ts";

/** Largest size of a cost: sums of as many as there are rows stay finite. */
const LARGEST = 1e300;

/** Who has whom so far, and the prices of rows and columns, by which no cost is below 0. */
interface Assignment {
  /** Row-major, n x n. */
  readonly cost: Float64Array;
  readonly n: number;
  readonly rowPotential: Float64Array;
  readonly columnPotential: Float64Array;
  /** The column of each row; -1: none. */
  readonly columnOf: Int32Array;
  /** The row of each column; -1: none. */
  readonly rowOf: Int32Array;
}

/** Arrays of one search, used again by the next. */
interface Search {
  /** The row from which each column was reached. */
  readonly cameFrom: Int32Array;
  readonly distance: Float64Array;
  /** The columns that are not visited, as many as are left, in any order. */
  readonly open: Int32Array;
}

/** The shortest way from a row to a column that is free, over columns that are not. */
interface Path {
  readonly sink: number;
  readonly length: number;
  readonly visited: readonly number[];
}

/**
 * The assignment of rows to columns of least total cost, one each, by shortest augmenting paths (Jonker and Volgenant
 * 1987, doi:10.1007/BF02278710; Crouse 2016, doi:10.1109/TAES.2016.140952): at most n^3 operations.
 *
 * @param cost row-major, n x n.
 * @returns the column of each row.
 * @throws DomainError for a cost that is not finite, or beyond 1e300.
 */
export function assign(cost: Float64Array, n: number): Uint32Array {
  checkCosts(cost, n);
  const assignment: Assignment = {
    ...{ cost, n },
    rowPotential: new Float64Array(n),
    columnPotential: new Float64Array(n),
    columnOf: new Int32Array(n).fill(-1),
    rowOf: new Int32Array(n).fill(-1),
  };
  reduce(assignment);
  takeFree(assignment);
  const search: Search = {
    cameFrom: new Int32Array(n),
    distance: new Float64Array(n),
    open: new Int32Array(n),
  };
  for (let row = 0; row < n; row++) {
    if (assignment.columnOf[row] >= 0) continue;
    const path = shortestPath(assignment, search, row);
    reprice(assignment, search, path, row);
    turn(assignment, search, path);
  }
  return Uint32Array.from(assignment.columnOf);
}

function checkCosts(cost: Float64Array, n: number): void {
  const at = cost.findIndex((value) => !(Math.abs(value) <= LARGEST));
  if (at < 0) return;
  throw new DomainError(
    `assign: the cost of row ${Math.floor(at / n)} and column ${at % n} must be a number of at most ${LARGEST} in ` +
      `size, got ${cost[at]}. Leave rows and columns without finite costs out.`,
  );
}

/** Potentials with which no reduced cost is negative, and each row and column has one of 0. */
function reduce({ cost, n, rowPotential: rows, columnPotential: columns }: Assignment): void {
  rows.fill(Infinity);
  columns.fill(Infinity);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) rows[i] = Math.min(rows[i], cost[i * n + j]);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) columns[j] = Math.min(columns[j], cost[i * n + j] - rows[i]);
  }
}

/** Give rows columns of reduced cost 0 as long as they are free: no path is needed for these. */
function takeFree({ cost, n, rowPotential, columnPotential, columnOf, rowOf }: Assignment): void {
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < n && columnOf[row] < 0; j++) {
      const isFree = rowOf[j] < 0;
      if (isFree && cost[row * n + j] - rowPotential[row] - columnPotential[j] <= 0) {
        columnOf[row] = j;
        rowOf[j] = row;
      }
    }
  }
}

/** Dijkstra's search by reduced costs. */
function shortestPath(
  { cost, n, rowPotential, columnPotential, rowOf }: Assignment,
  { cameFrom, distance, open }: Search,
  start: number,
): Path {
  distance.fill(Infinity);
  for (let j = 0; j < n; j++) open[j] = j;
  const visited: number[] = [];
  let row = start;
  let length = 0;
  for (let left = n; ; ) {
    let nearest = Infinity;
    let at = -1;
    for (let k = 0; k < left; k++) {
      const j = open[k];
      const through = length + cost[row * n + j] - rowPotential[row] - columnPotential[j];
      if (through < distance[j]) {
        distance[j] = through;
        cameFrom[j] = row;
      }
      // Of columns as near a free one ends the search.
      if (distance[j] < nearest || (distance[j] === nearest && rowOf[j] < 0)) {
        nearest = distance[j];
        at = k;
      }
    }
    length = nearest;
    const column = open[at];
    if (rowOf[column] < 0) return { sink: column, length, visited };
    open[at] = open[--left];
    visited.push(column);
    row = rowOf[column];
  }
}

/** Move the potentials, so that costs on the path are reduced to 0 and none is negative. */
function reprice(
  { rowPotential, columnPotential, rowOf }: Assignment,
  { distance }: Search,
  { length, visited }: Path,
  start: number,
): void {
  rowPotential[start] += length;
  for (const column of visited) {
    const slack = length - distance[column];
    rowPotential[rowOf[column]] += slack;
    columnPotential[column] -= slack;
  }
}

/** Turn the path around: each row on it takes the column it reached. */
function turn({ columnOf, rowOf }: Assignment, { cameFrom }: Search, { sink }: Path): void {
  for (let column = sink; column >= 0; ) {
    const row = cameFrom[column];
    const next = columnOf[row];
    rowOf[column] = row;
    columnOf[row] = column;
    column = next;
  }
}
