import type { NDArray, Tree } from "pushforward/core";
import { expect, test } from "vitest";
import { invert, maskedAutoregressive } from "../../src/bijectors/index.ts";
import { defineDistribution } from "../../src/core/distribution.ts";
import { DomainError } from "../../src/core/errors.ts";
import { contextualized } from "../../src/distributions/contextualized.ts";
import { transformed } from "../../src/distributions/index.ts";
import { np, random, ready } from "../../src/engine/index.ts";
import { maskedMlp } from "../../src/networks/index.ts";
import { affine } from "../../src/transformers/index.ts";

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

test("a support has an interval for each number of an event", () => {
  const define = () =>
    defineDistribution<Tree>({ ...zeros, shape: [2], options: {}, support: [[0, 1]] } as never);
  expect(define).toThrow(
    "the support must have an interval for each of the 2 numbers of an event, got 1",
  );
});

test("wrapped distributions cost what they wrap, and have its support", () => {
  const cost = { density: "parallel", sampling: "numeric" } as const;
  const support = [[0, 1]] as const;
  const base = defineDistribution<Tree>({
    ...{ kind: "box", shape: [1], condShape: [1], options: {}, cost, support },
    init: () => ({}),
    logProb: (_, x): NDArray => x.sum(1),
    sampleAndLogProb: (_, key) => [key, key],
  });
  expect(contextualized({ distribution: base, shift: [0], scale: [1] })).toMatchObject({
    cost,
    support,
  });
  const sequential = maskedAutoregressive({
    ...{ shape: [1], transformer: affine(), conditioner: maskedMlp() },
  });
  const flow = transformed({ base, bijector: invert({ bijector: sequential }) });
  expect(flow.cost).toEqual({ density: "parallel", sampling: "numeric" });
  const other = transformed({ base, bijector: sequential });
  expect(other.cost).toEqual({ density: "sequential", sampling: "numeric" });
});
