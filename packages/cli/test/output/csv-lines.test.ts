import { expect, test } from "vitest";
import { csvHeader, csvText } from "../../src/output/csv-lines.ts";

test.each([
  ["a/b 1.png", "a/b 1.png"],
  ["a,b.png", '"a,b.png"'],
  ['say "x"', '"say ""x"""'],
  [" a", '" a"'],
  ["", '""'],
])("%j is written as %s", (text, cell) => {
  expect(csvText(text)).toBe(cell);
});

test("a header is a line of names", () => {
  expect(csvHeader(["a", "b;c"])).toBe('a,"b;c"\n');
});
