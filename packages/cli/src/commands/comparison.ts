import type { Model } from "pushforward";
import type { Part, Split } from "../table/split-rows.ts";
import { textTable } from "../terminal/text-table.ts";

/** How well a density predicts the three parts of the data, on average. */
export interface PartScores {
  name: string;
  train: number;
  validation: number;
  /** Null where nothing was held out. */
  test: number | null;
  /** Standard error of `test`; null for fewer than two rows. */
  testError: number | null;
}

/** Mean log-likelihoods per row of one density, in nats and in the table's units. */
export interface Comparison extends PartScores {
  /** Which of the compared densities it is, for machines. */
  role: Role;
}

export type Role = "flow" | "gaussianMixture" | "gaussian";

/** A density with the part it plays. */
export interface Contender {
  name: string;
  role: Role;
  model: Model;
}

/** Judges densities on the three parts of a table, all with the same noise for values on a grid. */
export async function compare(
  contenders: readonly Contender[],
  split: Split,
  seed: number,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const { name, role, model } of contenders) {
    const judge = async (part: Part) => {
      const { logProb, standardError } = await model.evaluate(part, {
        seed,
        context: part.context,
      });
      return { logProb: logProb - part.standIn, standardError };
    };
    const test = split.test.shape[0] > 0 ? await judge(split.test) : null;
    comparisons.push({
      name,
      role,
      train: (await judge(split.train)).logProb,
      validation: (await judge(split.validation)).logProb,
      test: test?.logProb ?? null,
      // One row has none.
      testError: test && Number.isFinite(test.standardError) ? test.standardError : null,
    });
  }
  return comparisons;
}

/** The scores of densities as a table of text; `title` says what they are. */
export function scoreLines(title: string, comparisons: readonly PartScores[]): string[] {
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
    title,
    ...textTable([header, ...rows]),
    ...(errors ? ["± is the standard error of the mean"] : []),
  ];
}

function withError(value: number, error: number | null): string {
  return error === null ? value.toFixed(3) : `${value.toFixed(3)} ± ${error.toFixed(3)}`;
}
