import { expect, test } from "vitest";
import { scoreLines } from "../../src/commands/compare-report.ts";
import type { ComparedSetting } from "../../src/commands/compare-settings.ts";
import { type FoldResult, rank } from "../../src/commands/cross-validation-scores.ts";

const nsf: ComparedSetting = { name: "nsf", flow: "nsf" };
const maf: ComparedSetting = { name: "maf", flow: "maf" };
const broken: ComparedSetting = { name: "broken", flow: "umnn" };

function result(name: string, fold: number, logLikelihood: number, rows = 10): FoldResult {
  return { name, fold, rows, logLikelihood, parameters: 1200, steps: 5, seconds: 2 };
}

/** Folds differ by far more than the flows do. */
const results = [
  ...[-1, -9, -5].map((value, k) => result("maf", k + 1, value)),
  ...[-0.9, -8.8, -4.7].map((value, k) => result("nsf", k + 1, value)),
  { name: "broken", fold: 2, failure: "not finite" },
];

test("settings come in the order of their means, with errors over folds", () => {
  const { scored } = rank([maf, nsf], results);
  expect(scored.map(({ setting }) => setting.name)).toEqual(["nsf", "maf"]);
  expect(scored[1]!.score.mean).toBeCloseTo(-5, 12);
  // The folds' means have the deviation 4.
  expect(scored[1]!.score.standardError).toBeCloseTo(4 / Math.sqrt(3), 12);
});

test("differences are taken fold by fold, so that what folds share cancels", () => {
  const [best, other] = rank([maf, nsf], results).scored;
  expect(best!.difference).toBeNull();
  expect(other!.difference!.mean).toBeCloseTo(-0.2, 12);
  expect(other!.difference!.standardError).toBeCloseTo(0.1 / Math.sqrt(3), 12);
});

test("the mean is one over rows: larger folds count for more", () => {
  const { scored } = rank([nsf], [result("nsf", 1, -1, 30), result("nsf", 2, -2, 10)]);
  expect(scored[0]!.score.mean).toBeCloseTo(-1.25, 12);
});

test("the order in which results came makes no difference", () => {
  expect(rank([maf, nsf], results.toReversed())).toEqual(rank([maf, nsf], results));
});

test("a setting that failed in one fold is told apart, with its reason", () => {
  const ranking = rank([broken, nsf, maf], results);
  expect(ranking.failed).toEqual([{ setting: broken, fold: 2, failure: "not finite" }]);
  const lines = scoreLines(ranking, 80);
  expect(lines[2]).toMatch(/^nsf +1,200 +-4\.800 ± 2\.281 +best +6\.0 s$/);
  expect(lines[3]).toMatch(/^maf +1,200 +-5\.000 ± 2\.309 +-0\.200 ± 0\.058 +6\.0 s$/);
  expect(lines[4]).toBe("broken  failed in fold 2: not finite");
});

test("in a narrow terminal settings are below each other, no line wider than it", () => {
  const ranking = rank([broken, nsf, maf], results);
  const lines = scoreLines(ranking, 40);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  const from = lines.indexOf("maf");
  expect(lines.slice(from, from + 5)).toEqual([
    "maf",
    "  parameters   1,200",
    "  test         -5.000 ± 2.309",
    "  to the best  -0.200 ± 0.058",
    "  time         6.0 s",
  ]);
  expect(lines.join(" ")).toMatch(/broken +failed in fold 2: not finite/);
});

test("where all failed, their reasons are what is told", () => {
  const lines = scoreLines(rank([broken], results), 80);
  expect(lines.slice(1)).toEqual(["broken  failed in fold 2: not finite"]);
});
