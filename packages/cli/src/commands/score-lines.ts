import { textTable, wrap } from "../terminal/text-table.ts";
import type { PartScores } from "./comparison.ts";

/** The scores of densities as a table of text, no wider than `width`; `title` says what they are. */
export function scoreLines(
  title: string,
  comparisons: readonly PartScores[],
  width: number,
): string[] {
  const tested = comparisons.some(({ test }) => test !== null);
  const header = ["", "train", "validation", ...(tested ? ["test"] : [])];
  const rows = comparisons.map(({ name, train, validation, test, testError }) => [
    name,
    train.toFixed(3),
    validation.toFixed(3),
    ...(test === null ? [] : [withError(test, testError)]),
  ]);
  const errors = comparisons.some(({ testError }) => testError !== null);
  return [
    ...wrap(title, width),
    ...textTable([header, ...rows], width),
    ...(errors ? ["± is the standard error of the mean"] : []),
  ];
}

function withError(value: number, error: number | null): string {
  return error === null ? value.toFixed(3) : `${value.toFixed(3)} ± ${error.toFixed(3)}`;
}
