import { fieldTexts } from "pushforward/tables";
import { counted } from "../table/wording.ts";
import { duration } from "../terminal/duration.ts";
import { factLines, textTable, wrap } from "../terminal/text-table.ts";
import type { Dealing, FoldScore } from "./cross-validation.ts";
import type { Estimate, Ranking, SettingScores } from "./cross-validation-scores.ts";
import { fieldFacts } from "./field-facts.ts";
import type { FitData } from "./fit-data.ts";

/** What there is to tell of a comparison. */
export interface ComparisonReport {
  data: FitData;
  dealing: Dealing;
  ranking: Ranking;
  /** Files that were written. */
  out?: string | undefined;
  picture?: string | undefined;
}

/** The report for people. */
export function textReport({ data, dealing, ranking, ...files }: ComparisonReport, width: number) {
  const { source, rows, schema, columns } = data;
  const facts: [string, string][] = [
    ["table", `${source}, ${counted(rows, "row")}`],
    ...fieldFacts(fieldTexts(schema, columns)),
    ["folds", `${dealing.folds}, dealt by the seed ${dealing.seed}`],
  ];
  const written = Object.entries(files).flatMap(([what, path]): [string, string][] =>
    path === undefined ? [] : [[what === "out" ? "results" : what, path]],
  );
  return [
    ...factLines(facts, width),
    "",
    ...scoreLines(ranking, width),
    ...(written.length > 0 ? ["", ...factLines(written, width)] : []),
  ];
}

/** A line for each setting, the best first, those that failed last with their reason. */
export function scoreLines({ scored, failed }: Ranking, width: number): string[] {
  const names = [...scored, ...failed].map(({ setting }) => setting.name);
  const longest = Math.max(...names.map((name) => name.length));
  const header = ["".padEnd(longest), "parameters", "test", "to the best", "time"];
  const lines = scored.map(({ setting, score, difference, folds }) => [
    setting.name,
    parametersText(folds),
    withError(score),
    difference === null ? "best" : withError(difference),
    duration(secondsOf(folds)),
  ]);
  const reasons = failed.map(({ setting, fold, failure }): [string, string] => [
    setting.name.padEnd(longest),
    `failed in fold ${fold}: ${failure}`,
  ]);
  return [
    ...wrap("log-likelihood per row in nats, cross-validated, higher is better", width),
    ...(scored.length > 0 ? textTable([header, ...lines], width) : []),
    ...(failed.length > 0 ? factLines(reasons, width) : []),
    ...(scored.length > 0
      ? wrap("± is the standard error over folds, of differences fold by fold", width)
      : []),
  ];
}

/** Of mixtures, folds may choose different numbers of components. */
function parametersText(folds: readonly FoldScore[]): string {
  const counts = folds.map(({ parameters }) => parameters);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const text = (count: number) => count.toLocaleString("en-US");
  return least === most ? text(least) : `${text(least)}–${text(most)}`;
}

const secondsOf = (folds: readonly FoldScore[]): number =>
  folds.reduce((sum, { seconds }) => sum + seconds, 0);

const withError = ({ mean, standardError }: Estimate): string =>
  `${mean.toFixed(3)} ± ${standardError.toFixed(3)}`;

/** The report for machines. */
export function jsonReport({ data, dealing, ranking, out, picture }: ComparisonReport) {
  return {
    command: "compare",
    table: data.source,
    rows: data.rows,
    columns: fieldTexts(data.schema, data.columns),
    ...dealing,
    settings: ranking.scored.map(jsonScores),
    failed: ranking.failed.map(({ setting, fold, failure }) => ({ ...setting, fold, failure })),
    notices: data.notices,
    ...(out && { out }),
    ...(picture && { picture }),
  };
}

function jsonScores({ setting, score, difference, folds }: SettingScores) {
  return {
    ...setting,
    logLikelihood: score.mean,
    standardError: score.standardError,
    difference: difference?.mean ?? 0,
    differenceError: difference?.standardError ?? 0,
    seconds: secondsOf(folds),
    folds,
  };
}
