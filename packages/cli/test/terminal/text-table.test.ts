import { expect, test } from "vitest";
import { factLines, textTable } from "../../src/terminal/text-table.ts";

const rows = [
  ["", "train", "test"],
  ["a long name of a setting", "1.5", "20.25"],
  ["b", "2.5", "3.25"],
];

test("columns are aligned where they fit", () => {
  expect(textTable(rows, 38)).toEqual([
    "                          train   test",
    "a long name of a setting    1.5  20.25",
    "b                           2.5   3.25",
  ]);
});

test("where they do not, each row is a paragraph", () => {
  expect(textTable(rows, 37)).toEqual([
    ...["a long name of a setting", "  train  1.5", "  test   20.25"],
    ...["b", "  train  2.5", "  test   3.25"],
  ]);
});

test("values stand beside their labels, or below labels that leave no room", () => {
  const facts = [["a setting of many words", "failed in fold 2"]] as const;
  expect(factLines(facts, 60)).toEqual(["a setting of many words  failed in fold 2"]);
  expect(factLines(facts, 20)).toEqual(["a setting of many", "words", "  failed in fold 2"]);
  expect(
    factLines(
      [
        ["columns", "a b"],
        ["", "c"],
      ],
      20,
    ),
  ).toEqual(["columns", "  a b", "  c"]);
});
