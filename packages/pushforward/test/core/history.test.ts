import { expect, test } from "vitest";
import { historyFromJson } from "../../src/core/history.ts";

test("a history comes back from JSON as it was, what has no number included", () => {
  const history = [
    { step: 50, train: 1.5, validation: 1.25 },
    { step: 100, train: Number.NaN, validation: Number.NaN },
    { step: 150, train: 1, validation: 0.5, evaluations: 68 },
  ];
  expect(historyFromJson(JSON.parse(JSON.stringify(history)))).toEqual(history);
});
