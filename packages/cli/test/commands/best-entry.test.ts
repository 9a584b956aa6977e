import { expect, test } from "vitest";
import { bestEntry } from "../../src/commands/best-entry.ts";

const historyOf = (...losses: number[]) =>
  losses.map((validation, step) => ({ step, train: 0, validation }));

test("the best is the first of the least losses, whatever is not a number", () => {
  expect(bestEntry(historyOf(3, 1, 1, 2))?.step).toBe(1);
  expect(bestEntry(historyOf(Number.NaN, 4, Number.NaN, 5))?.step).toBe(1);
  expect(bestEntry([])).toBeUndefined();
});
