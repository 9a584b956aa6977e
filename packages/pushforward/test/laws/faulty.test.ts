import {
  type BijectorLawOptions,
  bijectorLaws,
  distributionLaws,
  type Law,
} from "pushforward/testing";
import { describe, expect, test } from "vitest";
import { type Bijector, type BijectorDefinition, defineBijector } from "../../src/core/bijector.ts";
import { type Distribution, defineDistribution } from "../../src/core/distribution.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { standardNormalLogProb } from "../../src/distributions/normal.ts";
import { type NDArray, np, random, type Tree } from "../../src/engine/index.ts";

type Params = { logScale: NDArray; shift: NDArray };

/** `y = x exp(logScale) + shift` on pairs, correct but for what `faults` replaces. */
function scaling(faults: Partial<BijectorDefinition<Params>> = {}): Bijector<Params> {
  return defineBijector<Params>({
    kind: "scaling",
    shape: [2],
    options: {},
    init(key) {
      key.dispose();
      return { logScale: np.zeros([2]), shift: np.zeros([2]) };
    },
    forwardAndLogDet({ logScale, shift }, x, cond) {
      const logDet = np.broadcastTo(logScale.ref.sum(), [x.shape[0] as number]);
      const y = x.mul(np.exp(logScale)).add(shift);
      return [cond ? y.add(cond) : y, logDet];
    },
    inverseAndLogDet({ logScale, shift }, y, cond) {
      const logDet = np.broadcastTo(logScale.ref.sum().neg(), [y.shape[0] as number]);
      const x = cond ? y.sub(cond) : y;
      return [x.sub(shift).mul(np.exp(logScale.neg())), logDet];
    },
    ...faults,
  });
}

const correct = scaling();
const factories = { bijector: { scaling } };

async function verdicts(laws: readonly Law[]): Promise<Record<string, string>> {
  const broken: Record<string, string> = {};
  for (const { name, check } of laws) {
    await check().catch((error: Error) => {
      broken[name] = error.message;
    });
  }
  return broken;
}

const judge = (bijector: Bijector, options: BijectorLawOptions = {}) =>
  verdicts(bijectorLaws(bijector, { factories, ...options }));

test("a correct bijector of a user's own keeps all laws", async () => {
  expect(await judge(correct)).toEqual({});
});

test("a correct conditional one, too", async () => {
  const conditional = scaling({ condShape: [2] });
  const rebuilt = { bijector: { scaling: () => conditional } };
  expect(await judge(conditional, { factories: rebuilt })).toEqual({});
});

type Apply = Bijector<Params>["forwardAndLogDet"];

/** A change of what a method of the correct bijector returns. */
const after =
  (method: Apply, change: (y: NDArray, logDet: NDArray) => [NDArray, NDArray]): Apply =>
  (params, x, cond) =>
    change(...method(params, x, cond));

const { forwardAndLogDet, inverseAndLogDet } = correct;

const faults: [fault: string, law: string, says: RegExp, Partial<BijectorDefinition<Params>>][] = [
  [
    "the log-determinant has the wrong sign, in one direction",
    "log-determinants cancel",
    /measured .* limit 0.0001, at input \[/,
    { forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [y, logDet.neg()]) },
  ],
  [
    "the log-determinant has the wrong sign, in both directions alike (normflows #27)",
    "log-determinant is the Jacobian's",
    /against the Jacobian's.* measured .* limit 0.0001, at input \[/,
    {
      forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [y, logDet.neg()]),
      inverseAndLogDet: after(inverseAndLogDet, (x, logDet) => [x, logDet.neg()]),
    },
  ],
  [
    "the inverse is off by one thousandth",
    "round trip",
    /there and back: measured 0.00\d+, limit 0.00001, at input \[/,
    { inverseAndLogDet: after(inverseAndLogDet, (x, logDet) => [x.mul(1.001), logDet]) },
  ],
  [
    "a parameter has no effect",
    "parameters have an effect",
    /parameter shift is 0 in every entry/,
    {
      forwardAndLogDet: ({ logScale, shift }, x, cond) =>
        forwardAndLogDet({ logScale, shift: shift.mul(0) }, x, cond),
    },
  ],
  [
    "a gradient is cut off",
    "gradients",
    /derivative by parameter logScale .* by the gradient and .* by differences/,
    {
      // The value of exp(logScale), the gradient of 1 + logScale.
      forwardAndLogDet: ({ logScale, shift }, x) => {
        const logDet = np.broadcastTo(logScale.ref.sum(), [x.shape[0] as number]);
        const frozen = np.where(np.greater(logScale.ref, -100), np.exp(logScale.ref), logScale);
        const whole = np.round(frozen.ref.mul(1e4)).mul(1e-4);
        return [x.mul(whole).add(shift).add(frozen.mul(0)), logDet];
      },
    },
  ],
  [
    "an array is leaked",
    "ownership",
    /the input has 1 owners after the call, limit: 0/,
    {
      forwardAndLogDet: (params, x, cond) => forwardAndLogDet(params, x.ref, cond),
    },
  ],
  [
    "an array made on the way is leaked",
    "ownership",
    /1 arrays made on the way are left over, limit: 0; the first has the shape \[4, 2\]/,
    {
      inverseAndLogDet: after(inverseAndLogDet, (x, logDet) => {
        x.ref.mul(2);
        return [x, logDet];
      }),
    },
  ],
  [
    "an array is used twice",
    "ownership",
    /an array is used after it was given away/,
    {
      forwardAndLogDet: (params, x, cond) => {
        const [y, logDet] = forwardAndLogDet(params, x, cond);
        return [y.add(x.mul(0)), logDet];
      },
    },
  ],
  [
    "a value is NaN at 0",
    "extreme inputs",
    /an output is NaN, limit: none, at input \[0, 0\]/,
    {
      // y |y| / |y|; with fresh parameters an input of 0 becomes an output of 0.
      forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [
        y.ref.mul(np.absolute(y.ref)).div(np.absolute(y)),
        logDet,
      ]),
    },
  ],
  [
    "the log-determinant is one number for the whole batch (MokkeMeguru #3)",
    "batch is its rows",
    /for a batch of shape \[16\] an output has the shape \[\]/,
    { forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [y, logDet.mean()]) },
  ],
  [
    "rows see each other",
    "batch is its rows",
    /relative difference of .* measured .* limit 0.00001/,
    {
      forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [
        y.ref.add(y.mean(0, { keepdims: true })),
        logDet,
      ]),
    },
  ],
  [
    "it computes something else when it is traced",
    "compiled is eager",
    /a compiled program against eager calls.* measured .* limit 0.000\d/,
    {
      forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [
        y.constructor === np.Array ? y : y.mul(1.01),
        logDet,
      ]),
    },
  ],
  [
    "the spec builds another map",
    "spec rebuilds it",
    /change of output 1 when rebuilt from its spec/,
    { forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => [y, logDet.add(1)]) },
  ],
  [
    "the key is leaked",
    "ownership",
    /init: the key has 1 owners after the call/,
    { init: () => ({ logScale: np.zeros([2]), shift: np.zeros([2]) }) },
  ],
];

test.each(faults)("caught: %s", async (_, law, says, fault) => {
  const broken = await judge(scaling(fault));
  expect(broken[law]).toMatch(says);
});

test("caught: a NaN gradient of a branch that was not taken", async () => {
  const fault = scaling({
    forwardAndLogDet: after(forwardAndLogDet, (y, logDet) => {
      const positive = np.greater(y.ref, 0);
      const root = np.sqrt(y.ref);
      return [np.where(positive, root.ref.mul(root), y), logDet];
    }),
  });
  const broken = await judge(fault);
  expect(broken["extreme inputs"]).toBeUndefined();
  expect(broken["extreme inputs, gradients"]).toMatch(
    /the gradient by the input is NaN.* at input/,
  );
});

test("caught: the context is ignored", async () => {
  const ignoring: Apply = (params, x, cond) => {
    cond?.dispose();
    return forwardAndLogDet(params, x);
  };
  const broken = await judge(scaling({ condShape: [2], forwardAndLogDet: ignoring }));
  expect(broken["context has an effect"]).toMatch(/every output stays the same/);
});

describe("caught: calls that should be refused", () => {
  /** The correct bijector with one method replaced, past the checks that `defineBijector` adds. */
  const unguarded = (method: Apply) => ({ ...correct, forwardAndLogDet: method }) as Bijector;

  test("an unwanted context goes through", async () => {
    const broken = await judge(
      unguarded((params, x, cond) => {
        cond?.dispose();
        return forwardAndLogDet(params, x);
      }),
    );
    expect(broken["context errors"]).toMatch(
      /an unwanted context went through, limit: a ConditionError/,
    );
  });

  test("the error does not say what was expected", async () => {
    const broken = await judge(
      unguarded((params, x, cond) => {
        if (x.shape.at(-1) !== 2) throw new ShapeError("scaling: wrong shape.");
        return forwardAndLogDet(params, x, cond);
      }),
    );
    expect(broken["shape errors"]).toMatch(
      /the message about .* does not contain "\[3, 3\]"; it is "scaling: wrong shape\."/,
    );
  });
});

describe("exceptions", () => {
  const name = "parameters have an effect";

  test("a law that is skipped says why, and does not fail", async () => {
    const fault = scaling({
      forwardAndLogDet: ({ logScale, shift }, x, cond) =>
        forwardAndLogDet({ logScale, shift: shift.mul(0) }, x, cond),
    });
    const law = bijectorLaws(fault, { skip: { [name]: "shifts are for show" } }).find(
      (one) => one.name === name,
    ) as Law;
    expect(law.skipped).toBe("shifts are for show");
    await law.check();
  });

  test("an exception from a law that is not there is refused", () => {
    expect(() => bijectorLaws(correct, { skip: { "round trips": "why not" } })).toThrow(
      /no law "round trips" to skip. The laws are "round trip"/,
    );
  });

  test("an exception without a reason is refused", () => {
    expect(() => bijectorLaws(correct, { skip: { [name]: " " } })).toThrow("no reason");
  });
});

describe("distributions", () => {
  /** The standard normal, correct but for what `faults` replaces. */
  function gaussian(
    shape: readonly number[],
    faults: Partial<Pick<Distribution, "logProb" | "sampleAndLogProb">> = {},
  ): Distribution {
    return defineDistribution<Record<string, never>>({
      kind: "gaussian",
      shape,
      options: {},
      init(key) {
        key.dispose();
        return {};
      },
      logProb: (_, x) => standardNormalLogProb(x),
      sampleAndLogProb(_, key, count) {
        const z = random.normal(key, [count, ...shape]);
        return [z.ref, standardNormalLogProb(z)];
      },
      ...faults,
    });
  }

  const judgeOne = (distribution: Distribution) =>
    verdicts(
      distributionLaws(distribution, {
        factories: { distribution: { gaussian: () => distribution } },
      }),
    );

  test.each([[[1]], [[2]]])("a correct one of shape %o keeps all laws", async (shape) => {
    expect(await judgeOne(gaussian(shape))).toEqual({});
  });

  test.each([[[1]], [[2]]])("caught: samples of shape %o are too wide", async (shape) => {
    const wide = gaussian(shape, {
      sampleAndLogProb: (_: Tree, key: NDArray, count: number) => {
        const z = random.normal(key, [count, ...shape]).mul(1.1);
        return [z.ref, standardNormalLogProb(z)];
      },
    });
    const broken = await judgeOne(wide);
    expect(Object.keys(broken)).toEqual(["samples follow the density"]);
    expect(broken["samples follow the density"]).toMatch(/measured .* limit/);
  });

  test("caught: a density that is not normalised", async () => {
    const broken = await judgeOne(
      gaussian([1], { logProb: (_: Tree, x: NDArray) => standardNormalLogProb(x).add(0.01) }),
    );
    expect(broken["integrates to 1"]).toMatch(
      /measured 0.01.* limit 0.001, at .* points, integral 1.01/,
    );
    expect(broken["samples carry their log-probability"]).toMatch(/measured/);
  });

  test("caught: the key is not used", async () => {
    const broken = await judgeOne(
      gaussian([2], {
        sampleAndLogProb: (_: Tree, key: NDArray, count: number) => {
          key.dispose();
          const z = random.normal(random.key(5), [count, 2]);
          return [z.ref, standardNormalLogProb(z)];
        },
      }),
    );
    expect(broken.keys).toMatch(/are the same with another key/);
  });
});
