/**
 * Ranks from 1; tied values share the mean of theirs.
 *
 * @returns `[n]`.
 */
export function midranks(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  return values.map((value) => {
    const below = countBelow(sorted, (other) => other < value);
    return (below + countBelow(sorted, (other) => other <= value) + 1) / 2;
  });
}

/** How many values at the start of a sorted list are such. */
function countBelow(sorted: Float64Array, isBelow: (value: number) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBelow(sorted[middle])) from = middle + 1;
    else to = middle;
  }
  return from;
}
