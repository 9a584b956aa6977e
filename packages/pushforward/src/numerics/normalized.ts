/** Numbers above 0, scaled to the sum 1. */
export function normalized(values: readonly number[]): number[] {
  const sum = values.reduce((all, value) => all + value, 0);
  return values.map((value) => value / sum);
}
