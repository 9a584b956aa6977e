import { describe, expect, it } from "vitest";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { auroc } from "./auroc.mjs";

/** By its definition. @param {number[]} usual @param {number[]} strange */
function countedPairs(usual, strange) {
  let wins = 0;
  for (const a of strange) for (const b of usual) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (usual.length * strange.length);
}

describe("auroc", () => {
  it("is 1 where all strange ones score higher, 0 where lower, and 1/2 where all are alike", () => {
    expect(auroc([1, 2], [3, 4, Infinity])).toBe(1);
    expect(auroc([3, 4], [1, 2, -Infinity])).toBe(0);
    expect(auroc([1, 1, 1], [1, 1])).toBe(0.5);
  });

  it("is the share of pairs in the right order, ties counting half", () => {
    const random = hostRandom(1);
    /** @param {number} count @param {number} values */
    const drawn = (count, values) => Array.from({ length: count }, () => random.integer(values));
    for (const values of [3, 10, 1000]) {
      const [usual, strange] = [drawn(40, values), drawn(31, values)];
      expect(auroc(usual, strange)).toBeCloseTo(countedPairs(usual, strange), 12);
    }
  });

  it("refuses scores that cannot be ranked", () => {
    expect(() => auroc([1], [])).toThrow(RangeError);
    expect(() => auroc([Number.NaN], [1])).toThrow(RangeError);
  });
});
