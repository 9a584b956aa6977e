import type { Model } from "pushforward";
import { scoreTable, selectRows, type Table } from "pushforward/tables";
import type { Split } from "../table/split-rows.ts";
import { meanWithError } from "./mean-with-error.ts";

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

/** A density with what it says of each row of the parts: log-densities, nats in the table's units. */
export interface ScoredContender extends Contender {
  scores: Record<keyof Split, Float64Array>;
}

/** Of more training rows so many are scored: they were dealt at random, the first are as good as any. */
const MOST_TRAINING_ROWS = 20_000;

/** The scores of densities on the three parts of a table, as the command `score` has them. */
export async function scoreContenders(
  contenders: readonly Contender[],
  table: Table,
  { train, validation, test }: Split,
): Promise<ScoredContender[]> {
  const scored: ScoredContender[] = [];
  for (const contender of contenders) {
    const score = (rows: Uint32Array) => scoreRows(contender.model, table, rows);
    const scores = {
      train: await score(train.rows.subarray(0, MOST_TRAINING_ROWS)),
      validation: await score(validation.rows),
      test: test.rows.length > 0 ? await score(test.rows) : new Float64Array(0),
    };
    scored.push({ ...contender, scores });
  }
  return scored;
}

/** Log-densities of some rows of a table. */
export async function scoreRows(
  model: Model,
  table: Table,
  rows: Uint32Array,
): Promise<Float64Array> {
  return (await scoreTable(model, selectRows(table, rows))).logProb;
}

/** What there is to tell of scores: their means. */
export function comparisonOf({ name, role, scores }: ScoredContender): Comparison {
  const test = scores.test.length > 0 ? meanWithError(scores.test) : null;
  return {
    name,
    role,
    train: meanWithError(scores.train).mean,
    validation: meanWithError(scores.validation).mean,
    test: test?.mean ?? null,
    // One row has none.
    testError: test && Number.isFinite(test.standardError) ? test.standardError : null,
  };
}
