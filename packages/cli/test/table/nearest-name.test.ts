import { expect, test } from "vitest";
import { didYouMean, nearestName } from "../../src/table/nearest-name.ts";

test.each([
  ["specis", "species"],
  ["Species", "species"],
  ["ilsand", "island"],
  ["body_mas", "body_mass"],
  ["X", "x"],
  ["z", undefined],
  ["weight", undefined],
])("the name that %s may be a slip of", (name, nearest) => {
  expect(nearestName(name, ["species", "island", "body_mass", "x", "y"])).toBe(nearest);
});

test("a name of very many letters is a slip of none", () => {
  const long = "x".repeat(20_000);
  expect(nearestName(`${long}y`, [long])).toBeUndefined();
  expect(nearestName(`${"x".repeat(99)}y`, ["x".repeat(100)])).toBe("x".repeat(100));
});

test("a name that is not near is no suggestion", () => {
  expect(didYouMean("weight", ["x"])).toBe("");
  expect(didYouMean("wieght", ["height", "weight"])).toBe(', did you mean "weight"');
});
