import type { NDArray, Tree } from "pushforward/core";
import { expect, test } from "vitest";
import { defineDistribution } from "../../src/core/distribution.ts";
import { DomainError } from "../../src/core/errors.ts";
import { np, random, ready } from "../../src/engine/index.ts";

const zeros = defineDistribution<Tree>({
  kind: "zeros",
  shape: [],
  options: {},
  init: () => ({}),
  logProb: (_, x): NDArray => x.mul(0),
  sampleAndLogProb: (_, key, count) => {
    key.dispose();
    return [np.zeros([count]), np.zeros([count])];
  },
});

test.each([0, -1, 1.5, Number.NaN])("%d draws are refused, the key is kept", async (count) => {
  await ready();
  const key = random.key(0);
  const draw = () => zeros.sampleAndLogProb({}, key, count);
  expect(draw).toThrow(DomainError);
  expect(draw).toThrow(`zeros: the number of draws must be a positive integer, got ${count}`);
  expect(await key.data()).toHaveLength(2);
});
