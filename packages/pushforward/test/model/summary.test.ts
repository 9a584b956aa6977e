import { expect, test } from "vitest";
import { actNorm, chain, fixedAffine, luLinear, reverse } from "../../src/bijectors/index.ts";
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

test("the levels of an image flow are told apart", () => {
  const glow = imageGlow({ shape: [1, 8, 8], levels: 2, steps: 3, hidden: [4] });
  const step = "(imageCoupling, luLinear, actNorm) x 3";
  expect(layersIn(summarize(glow, 0, undefined))).toBe(`${step}, imageCoupling, ${step}, pixels`);
});
