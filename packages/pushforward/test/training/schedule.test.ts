import { describe, expect, test } from "vitest";
import { isPlateau, rateFactor } from "../../src/training/schedule.ts";

describe("rateFactor", () => {
  test("cosine goes from 1 over 1/2 to 0, and only down", () => {
    expect(rateFactor("cosine", 0, 100, 0)).toBe(1);
    expect(rateFactor("cosine", 50, 100, 0)).toBeCloseTo(0.5, 12);
    expect(rateFactor("cosine", 100, 100, 0)).toBeCloseTo(0, 12);
    const factors = Array.from({ length: 101 }, (_, step) => rateFactor("cosine", step, 100, 0));
    for (let i = 1; i < factors.length; i++) expect(factors[i]).toBeLessThan(factors[i - 1]!);
  });

  test("plateau halves with each drop, whatever the step", () => {
    expect([0, 1, 2, 3].map((drops) => rateFactor("plateau", 7, 100, drops))).toEqual([
      1, 0.5, 0.25, 0.125,
    ]);
    expect(rateFactor("plateau", 99, 100, 1)).toBe(0.5);
  });

  test("constant is 1", () => {
    expect(rateFactor("constant", 99, 100, 3)).toBe(1);
  });
});

describe("isPlateau", () => {
  test("every fourth validation without a new best, under the plateau schedule only", () => {
    const hits = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((since) => isPlateau("plateau", since));
    expect(hits).toEqual([4, 8]);
    expect(isPlateau("cosine", 4)).toBe(false);
    expect(isPlateau("constant", 4)).toBe(false);
  });
});
