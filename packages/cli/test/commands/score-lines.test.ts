import { expect, test } from "vitest";
import { scoreLines } from "../../src/commands/score-lines.ts";

const density = { name: "nsf", train: -1, validation: -2, test: -3 } as const;

test("a standard error is told where there is one", () => {
  const lines = scoreLines("scores", [{ ...density, testError: 0.25 }], 80);
  expect(lines.at(-2)).toMatch(/-3\.000 ± 0\.250$/);
  expect(lines.at(-1)).toContain("standard error");
});

test("one test row has no standard error, and none is told", () => {
  const lines = scoreLines("scores", [{ ...density, testError: null }], 80);
  expect(lines.at(-1)).toMatch(/-3\.000$/);
  expect(lines.join("\n")).not.toContain("±");
});

test("no line is wider than a narrow terminal", () => {
  const title = "log-likelihood per row in nats, higher is better";
  const mixture = { ...density, name: "mixture (k = 3)", test: -21.036, testError: 0.643 };
  expect(scoreLines(title, [mixture], 40)).toEqual([
    "log-likelihood per row in nats, higher",
    "is better",
    "mixture (k = 3)",
    "  train       -1.000",
    "  validation  -2.000",
    "  test        -21.036 ± 0.643",
    "± is the standard error of the mean",
  ]);
});
