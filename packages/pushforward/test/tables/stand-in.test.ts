import { expect, test } from "vitest";
import { standInLogDensity, standInQuantile } from "../../src/tables/stand-in.ts";

const knots = [0, 1, 3, 10];

test("stand-ins are as likely between any two neighbouring knots", () => {
  expect([0, 1 / 6, 1 / 3, 1 / 2, 1].map((share) => standInQuantile(knots, share))).toEqual([
    0, 0.5, 1, 2, 10,
  ]);
  expect(standInLogDensity(knots, 2, undefined)).toBeCloseTo(Math.log(1 / 3 / 2), 12);
  // The probability of the cell from 0.5 to 1.5, half in each of two intervals.
  expect(standInLogDensity(knots, 1, 1)).toBeCloseTo(Math.log(0.5 / 3 + 0.25 / 3), 12);
});

test("on a knot, the density lies between those beside it", () => {
  expect(standInLogDensity(knots, 3, undefined)).toBeCloseTo(Math.log((1 / 6 + 1 / 21) / 2), 12);
  expect(standInLogDensity(knots, 0, undefined)).toBeCloseTo(Math.log(1 / 3), 12);
});
