import type { Model } from "pushforward";

/**
 * Whether training watches rows at one point of their cells, of grids, categories or gaps, where scores are averages
 * over several: its log-likelihoods are then lower bounds of these.
 */
export function trainsOnOnePoint({ columns, table }: Pick<Model, "columns" | "table">): boolean {
  const withGaps = table?.fields.some((field) => "standIn" in field && field.standIn !== undefined);
  return withGaps === true || columns.some(({ step }) => step !== undefined);
}
