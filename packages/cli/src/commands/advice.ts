import type { HistoryEntry } from "pushforward";
import type { PartScores, ScoredContender } from "./comparison.ts";
import { fullSize, type SettingOptions, SMALL_TABLE, takesSizes } from "./fit-settings.ts";
import { meanWithError } from "./mean-with-error.ts";

/** With fewer, a standard error tells little of itself. */
const FEWEST_ROWS = 10;

/**
 * What to say where a simpler density predicts the test rows better than the flow, by more than two
 * standard errors of the mean difference per row (what makes a row hard for both cancels); null where none does.
 *
 * @param contenders the flow first.
 */
export function adviceIfBeaten(
  [flow, ...others]: readonly ScoredContender[],
  tableRows: number,
  options: SettingOptions,
): string | null {
  if (!flow || flow.scores.test.length < FEWEST_ROWS) return null;
  let worst = { name: "", mean: 0, standardError: 0 };
  for (const { name, scores } of others) {
    const lead = meanWithError(
      scores.test.map((score, row) => score - (flow.scores.test[row] as number)),
    );
    const clear = lead.mean > 2 * lead.standardError;
    if (clear && lead.mean > worst.mean) worst = { name, ...lead };
  }
  if (worst.mean === 0) return null;
  const { name, mean, standardError } = worst;
  return (
    `The ${name} predicts the test rows better than the flow, by ${mean.toFixed(3)} ± ` +
    `${standardError.toFixed(3)} nats per row. ${wayOut(flow.model.history, tableRows, options)}`
  );
}

/** Whether the best of all validations is among the last tenth of them. */
function wasCutShort(history: readonly HistoryEntry[]): boolean {
  const losses = history.map(({ validation }) => validation);
  return losses.indexOf(Math.min(...losses)) >= Math.floor(0.9 * (losses.length - 1));
}

/** Flows to try in place of one that is beaten. */
const alternatives = ["realnvp", "nsf", "nsf-ar"] as const;

function wayOut(
  history: readonly HistoryEntry[],
  tableRows: number,
  options: SettingOptions,
): string {
  if (wasCutShort(history)) {
    return `It was still getting better at the end: give it more --steps than ${history.at(-1)?.step}.`;
  }
  const left = tableRows < SMALL_TABLE ? fullSize(options) : [];
  if (left.length === 0) {
    return "Look for faults with `pushforward check`, or give it less to learn by heart: fewer --layers, a larger --weight-decay.";
  }
  const other = alternatives.find((flow) => flow !== options.flow && takesSizes(flow, options));
  return `Try the full-size settings: ${left.join(" ")}${other ? `; or --flow ${other}` : ""}.`;
}

/** What to say of a model that predicts images it has not seen worse than no model would; null of others. */
export function adviceIfUseless({ test, validation }: PartScores, bits: number): string | null {
  const held = test ?? validation;
  if (held < bits) return null;
  return (
    `Without any model a pixel takes ${bits} bits; this one needs ${held.toFixed(1)} for images that it has not ` +
    "seen: take more steps, more images, or a smaller flow with --weight-decay 3."
  );
}
