import { chain, continuous, invert, reverse } from "pushforward/bijectors";
import type { Bijector } from "pushforward/core";
import { expect, test } from "vitest";
import { equalStepsOf } from "../../src/core/equal-steps.ts";

const shape = [2];
const adaptive = (steps: number) => continuous({ shape, solver: { steps } });
const fixed = (steps: number) => continuous({ shape, solver: { method: "rk4", steps } });

test.each<[string, Bijector[], unknown]>([
  ["no layer that is solved", [reverse({ features: 2 })], undefined],
  ["the fewest steps", [adaptive(9), adaptive(5)], { count: 5, everywhere: false }],
  [
    "one among others, read backwards",
    [reverse({ features: 2 }), invert({ bijector: adaptive(5) })],
    { count: 5, everywhere: false },
  ],
  ["steps that are taken everywhere", [fixed(7)], { count: 7, everywhere: true }],
  ["those of all layers, the fewest", [fixed(7), fixed(6)], { count: 6, everywhere: true }],
  ["by one of two layers", [fixed(7), adaptive(8)], { count: 8, everywhere: false }],
])("equal steps: %s", (_, bijectors, wanted) => {
  expect(equalStepsOf(chain({ bijectors }))).toEqual(wanted);
});
