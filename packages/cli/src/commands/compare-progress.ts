import type { FitProgress } from "pushforward";
import type { Console } from "../terminal/console.ts";
import { clock } from "../terminal/duration.ts";
import { openLine } from "../terminal/progress.ts";
import type { FoldResult } from "./cross-validation-scores.ts";
import { withFlags } from "./with-flags.ts";

/** A fit that is done, under way, or to be done. */
export interface FoldJob {
  name: string;
  fold: number;
}

/** Shows how far a comparison is. */
export interface ComparisonProgress {
  /** @param waiting what is to be done after it. */
  begin(job: FoldJob, waiting: readonly FoldJob[]): void;
  report(report: FitProgress): void;
  clear(): void;
}

/** Shows the fit under way and the time left for all: a line that renews itself, else one at times. */
export function openComparisonProgress(
  console: Console,
  folds: number,
  done: readonly FoldResult[],
): ComparisonProgress {
  const line = openLine(console);
  let [job, waiting, began]: [FoldJob, readonly FoldJob[], number] = [{ name: "", fold: 0 }, [], 0];
  return {
    begin(next, others) {
      [job, waiting, began] = [next, others, performance.now()];
      line.show(() => place(next, folds));
    },
    report(report) {
      if (report.type === "notice") {
        line.clear();
        console.note(withFlags(report.message));
      }
      if (report.type !== "step") return;
      const { step, steps, loss } = report;
      line.show(() => {
        const seconds = (performance.now() - began) / 1000;
        const left = secondsLeft({ name: job.name, seconds, share: step / steps }, waiting, done);
        const facts = [`step ${step}/${steps}`, `loss ${loss.toFixed(3)}`, `${clock(left)} left`];
        return [place(job, folds), ...facts].join("  ");
      });
    },
    clear: () => line.clear(),
  };
}

const place = ({ name, fold }: FoldJob, folds: number): string =>
  `${name}, fold ${fold} of ${folds}`;

/**
 * How long the fit under way and those that wait will take: as long as the same setting took in other folds, or one
 * that was never fitted as long as the fit under way, which takes its seconds for this share of its steps.
 */
function secondsLeft(
  now: { name: string; seconds: number; share: number },
  waiting: readonly FoldJob[],
  done: readonly FoldResult[],
): number {
  const whole = now.seconds / now.share;
  const expected = (name: string) => {
    if (name === now.name) return whole;
    const known = done.flatMap((one) =>
      one.name === name && "seconds" in one ? [one.seconds] : [],
    );
    return known.length === 0 ? whole : known.reduce((sum, one) => sum + one / known.length, 0);
  };
  return waiting.reduce((sum, { name }) => sum + expected(name), whole - now.seconds);
}
