import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { checkShape, checkVector, sameShape, showShape, sizeOf } from "../../src/core/shape.ts";

test("size, comparison and text", () => {
  expect([sizeOf([]), sizeOf([3]), sizeOf([3, 28, 28])]).toEqual([1, 3, 2352]);
  expect(sameShape([2, 3], [2, 3])).toBe(true);
  expect(sameShape([2, 3], [3, 2])).toBe(false);
  expect(sameShape([2], [2, 1])).toBe(false);
  expect(showShape([2, 3])).toBe("[2, 3]");
  expect(showShape([])).toBe("[]");
});

describe("checkShape", () => {
  test("gives a frozen copy", () => {
    const own = [2, 3];
    const shape = checkShape("part", own);
    own[0] = 9;
    expect(shape).toEqual([2, 3]);
    expect(Object.isFrozen(shape)).toBe(true);
  });

  test.each([[[0]], [[-1]], [[1.5]], [[2, Number.NaN]], ["2"], [3]])("%o is refused", (shape) => {
    const check = () => checkShape("part", shape as number[]);
    expect(check).toThrow(ShapeError);
    expect(check).toThrow("part: the event shape must be a list of positive integers");
  });
});

test("checkVector gives the length of a vector and refuses everything else", () => {
  expect(checkVector("part", [4])).toBe(4);
  expect(() => checkVector("part", [2, 2])).toThrow(
    "part: works on vectors, shape [d]; got [2, 2]",
  );
  expect(() => checkVector("part", [])).toThrow("got []");
});
