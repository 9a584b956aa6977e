/** All orders of the numbers below n. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, place) => order.toSpliced(place, 0, n - 1)),
  );
}

/** The total cost of giving each row the column at its place. */
export function totalCost(cost: ArrayLike<number>, columns: readonly number[]): number {
  return columns.reduce((sum, column, row) => sum + cost[row * columns.length + column]!, 0);
}

/** The assignment of least total cost, by trying all. */
export function leastAssignment(cost: ArrayLike<number>, n: number): number[] {
  const all = orders(n);
  const totals = all.map((columns) => totalCost(cost, columns));
  return all[totals.indexOf(Math.min(...totals))]!;
}
