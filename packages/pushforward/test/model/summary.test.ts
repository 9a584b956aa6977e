import { expect, test } from "vitest";
import {
  actNorm,
  chain,
  continuous,
  fixedAffine,
  invert,
  luLinear,
  reverse,
} from "../../src/bijectors/index.ts";
import type { Distribution } from "../../src/core/distribution.ts";
import { defineDynamics } from "../../src/core/dynamics.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { ffjord, imageGlow } from "../../src/flows/index.ts";
import { summarize } from "../../src/model/summary.ts";

const layer = {
  a: () => actNorm({ shape: [2] }),
  l: () => luLinear({ shape: [2] }),
  r: () => reverse({ features: 2 }),
  f: () => fixedAffine({ shift: [0, 0], scale: [1, 2] }),
};

function layersIn(text: string): string | undefined {
  return /^layers, base to data: (.*)$/m.exec(text)?.[1];
}

test.each([
  ["f", "fixedAffine"],
  ["lll", "luLinear x 3"],
  ["rl", "permute, luLinear"],
  ["flrlra", "fixedAffine, (luLinear, permute) x 2, actNorm"],
  ["rlarlarrlarla", "(permute, luLinear, actNorm) x 2, permute, (permute, luLinear, actNorm) x 2"],
  ["rrlrrlf", "(permute, permute, luLinear) x 2, fixedAffine"],
])("the layers %s are %s", (letters, expected) => {
  const bijectors = [...letters].map((letter) => layer[letter as keyof typeof layer]());
  const flow = transformed({ base: normal({ shape: [2] }), bijector: chain({ bijectors }) });
  expect(layersIn(summarize(flow, 0, undefined))).toBe(expected);
});

test("layers that are iterated take as many passes as a row needs", () => {
  expect(summarize(ffjord({ features: 2 }), 0, undefined)).toContain(
    "cost: sampling as many passes as a row needs, density as many passes as a row needs",
  );
});

test("of continuous layers the solver and the dynamics are told, once where they are alike", () => {
  const solved = (flow: Distribution) =>
    summarize(flow, 0, undefined)
      .split("\n")
      .filter((line) => /^(solver|dynamics):/.test(line));
  expect(solved(ffjord({ features: 2, layers: 2 }))).toEqual([
    "solver: dormandPrince, rtol 0.00001, atol 0.00001; in compiled programs 8 equal steps",
    "dynamics: concat, hidden layers of 64, 64, silu",
  ]);
  const fine = { hidden: [], activation: "silu", frequencies: [1, 2.5] } as const;
  expect(solved(ffjord({ features: 2, ...fine })).at(-1)).toBe(
    "dynamics: concat, silu, frequencies 1, 2.5",
  );
  const dynamics = defineDynamics<Record<string, never>>({
    kind: "own",
    options: {},
    init: () => ({}),
    apply: (_, __, z) => z,
  });
  const fixed = continuous({ shape: [2], dynamics, solver: { method: "rk4", steps: 1 } });
  const bijector = chain({ bijectors: [layer.l(), invert({ bijector: fixed })] });
  expect(solved(transformed({ base: normal({ shape: [2] }), bijector }))).toEqual([
    "solver: rk4, 1 equal step",
    "dynamics: own",
  ]);
});

test("the levels of an image flow are told apart", () => {
  const glow = imageGlow({ shape: [1, 8, 8], levels: 2, steps: 3, hidden: [4] });
  const step = "(imageCoupling, luLinear, actNorm) x 3";
  expect(layersIn(summarize(glow, 0, undefined))).toBe(`${step}, imageCoupling, ${step}, pixels`);
});
