import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import {
  names,
  notNegative,
  pictureFile,
  positive,
  share,
  wholeNumber,
  widths,
} from "../../src/options/parsers.ts";

describe("names", () => {
  test.each([
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    [" a , b c ", ["a", "b c"]],
    ['"a, b",c', ["a, b", "c"]],
    ['"say ""x""",c', ['say "x"', "c"]],
    ["Length (mm),a", ["Length (mm)", "a"]],
  ])("%s", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test("add up over several options", () => {
    expect(names("c", names("a,b"))).toEqual(["a", "b", "c"]);
  });

  test.each(["", " ", "a,,b", ","])("refuse %j", (text) => {
    expect(() => names(text)).toThrow(InvalidArgumentError);
  });
});

test.each([
  [() => wholeNumber(1)("0")],
  [() => wholeNumber(1)("1.5")],
  [() => wholeNumber(0)("")],
  [() => wholeNumber(0)("ten")],
  [() => positive("0")],
  [() => positive("-1")],
  [() => positive("fast")],
  [() => notNegative("-1")],
  [() => notNegative("")],
  [() => share("1")],
  [() => share("-0.1")],
  [() => share("")],
  [() => widths("64,")],
  [() => pictureFile("density.pdf")],
])("%s is refused", (parse) => {
  expect(parse).toThrow(InvalidArgumentError);
});

test("what is fine is read", () => {
  expect(wholeNumber(0)("0")).toBe(0);
  expect(wholeNumber(1)("1e3")).toBe(1000);
  expect(positive("1e-3")).toBe(0.001);
  expect(notNegative("0")).toBe(0);
  expect(share("0")).toBe(0);
  expect(widths("64,32")).toEqual([64, 32]);
  expect(pictureFile("a.PNG")).toBe("a.PNG");
});
