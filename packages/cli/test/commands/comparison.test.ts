import { expect, test } from "vitest";
import { scoreLines } from "../../src/commands/comparison.ts";

const density = { name: "nsf", role: "flow", train: -1, validation: -2, test: -3 } as const;

test("a standard error is told where there is one", () => {
  const lines = scoreLines("scores", [{ ...density, testError: 0.25 }]);
  expect(lines.at(-2)).toMatch(/-3\.000 ± 0\.250$/);
  expect(lines.at(-1)).toContain("standard error");
});

test("one test row has no standard error, and none is told", () => {
  const lines = scoreLines("scores", [{ ...density, testError: null }]);
  expect(lines.at(-1)).toMatch(/-3\.000$/);
  expect(lines.join("\n")).not.toContain("±");
});
