import type { ComparedSetting } from "./compare-settings.ts";
import type { FoldScore } from "./cross-validation.ts";

/** What came of a setting in a fold, 1 to the number of folds. */
export type FoldResult = { name: string; fold: number } & (FoldScore | { failure: string });

/** A mean over the rows of all folds, in nats per row. */
export interface Estimate {
  mean: number;
  /** Of the mean, from how folds differ. */
  standardError: number;
}

/** A setting that was scored in every fold. */
export interface SettingScores {
  setting: ComparedSetting;
  score: Estimate;
  /** To the best, fold by fold; null for the best itself. */
  difference: Estimate | null;
  folds: FoldScore[];
}

/** A setting that could not be scored in some fold. */
export interface FailedSetting {
  setting: ComparedSetting;
  fold: number;
  failure: string;
}

export interface Ranking {
  /** The best first. */
  scored: SettingScores[];
  failed: FailedSetting[];
}

/**
 * Puts settings in the order of their mean log-likelihood over the rows of all folds.
 *
 * A standard error is `sqrt(sum_k (m_k - mean(m))^2 / (K - 1) / K)` over the folds' means m. Folds share training rows,
 * so that it tends to be too small, and no estimate is unbiased (Bengio & Grandvalet 2004, JMLR 5, theorem 1). That of a
 * difference is taken fold by fold: what makes a fold hard for both cancels.
 */
export function rank(
  settings: readonly ComparedSetting[],
  results: readonly FoldResult[],
): Ranking {
  const failed: FailedSetting[] = [];
  const scored: { setting: ComparedSetting; score: Estimate; folds: FoldScore[] }[] = [];
  for (const setting of settings) {
    const own = results.filter(({ name }) => name === setting.name).sort((a, b) => a.fold - b.fold);
    const failure = own.find((result) => "failure" in result);
    if (failure) failed.push({ setting, fold: failure.fold, failure: failure.failure });
    const folds = own.flatMap(scoreOf);
    if (!failure) scored.push({ setting, folds, score: estimate(folds, scoresOf(folds)) });
  }
  scored.sort((a, b) => b.score.mean - a.score.mean);
  const best = scoresOf(scored[0]?.folds ?? []);
  return {
    scored: scored.map((each, place) => {
      const differences = scoresOf(each.folds).map((value, fold) => value - (best[fold] as number));
      return { ...each, difference: place === 0 ? null : estimate(each.folds, differences) };
    }),
    failed,
  };
}

function scoreOf(result: FoldResult): FoldScore[] {
  if ("failure" in result) return [];
  const { name: _, fold: __, ...score } = result;
  return [score];
}

const scoresOf = (folds: readonly FoldScore[]): number[] =>
  folds.map(({ logLikelihood }) => logLikelihood);

function estimate(folds: readonly FoldScore[], values: readonly number[]): Estimate {
  const count = values.length;
  const total = folds.reduce((sum, { rows }) => sum + rows, 0);
  const mean = values.reduce((sum, value, k) => sum + (value * (folds[k]?.rows ?? 0)) / total, 0);
  const plain = values.reduce((sum, value) => sum + value / count, 0);
  const squares = values.reduce((sum, value) => sum + (value - plain) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
