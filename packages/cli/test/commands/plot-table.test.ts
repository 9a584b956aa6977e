import { expect, test } from "vitest";
import { subtitleOf } from "../../src/commands/plot-table.ts";

test.each([
  [{ source: "a/t.csv", from: { rows: 344, atRandom: false } }, 344, "344 rows of t.csv"],
  [{ source: "a/t.csv", from: { rows: 344, atRandom: false } }, 339, "339 of 344 rows of t.csv"],
  [
    { source: "t.csv", from: { rows: 47_960, atRandom: true } },
    19_995,
    "19,995 of 47,960 rows of t.csv, at random",
  ],
  [
    { source: undefined, from: { rows: 2000, atRandom: false } },
    2000,
    "2,000 samples of the model in the place of data",
  ],
])("the subtitle tells which rows are drawn: %#", (found, rows, text) => {
  expect(subtitleOf(found, rows)).toBe(text);
});
