import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FoldJob, openComparisonProgress } from "../../src/commands/compare-progress.ts";
import type { FoldResult } from "../../src/commands/cross-validation-scores.ts";
import { openConsole } from "../../src/terminal/console.ts";

const { isTTY } = process.stderr;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  process.stderr.isTTY = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});

const result = (name: string, fold: number): FoldResult => ({
  ...{ name, fold, rows: 10, logLikelihood: -1, parameters: 1200, steps: 5, seconds: 20 },
});

const rates = { learningRate: 1e-3, gradNorm: 1, stepsPerSecond: 2 };

/** The line of a fit of nsf that has done half of its steps in 30 seconds. */
function lineHalfway(waiting: readonly FoldJob[], done: readonly FoldResult[]): string {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const progress = openComparisonProgress(openConsole(), 2, done);
  progress.begin({ name: "nsf", fold: 2 }, waiting);
  vi.advanceTimersByTime(30_000);
  progress.report({ type: "step", kind: "likelihood", step: 50, steps: 100, loss: 1.5, ...rates });
  return written.mock.calls.map(([text]) => text).join("");
}

test("the line says which fit is under way, how far it is, and the time left", () => {
  const line = lineHalfway([], []);
  expect(line).toBe("nsf, fold 2 of 2  step 50/100  loss 1.500  0:30 left\n");
});

test("time left: known settings as in other folds, unknown ones as the fit under way", () => {
  const done = [result("maf", 1), result("nsf", 1)];
  const waiting = ["maf", "nsf", "nice"].map((name) => ({ name, fold: 2 }));
  // Half a fit of nsf, then 20 seconds of maf, and twice the 60 of a whole one.
  expect(lineHalfway(waiting, done)).toContain("2:50 left");
});
