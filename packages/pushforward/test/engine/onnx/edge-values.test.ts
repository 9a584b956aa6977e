import { lax, nn } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { ArraySpec } from "../../../src/engine/array-spec.ts";
import { type EngineArray, hostArray } from "../../../src/engine/engine-array.ts";
import { grad, type NDArray, np } from "../../../src/engine/jax.ts";
import { createOnnxExecutor } from "../../../src/engine/onnx/onnx-executor.ts";
import { ready } from "../../../src/engine/ready.ts";
import { describeOnnx } from "../../support/engines.ts";

// Exact to rounding, as wasm is not.
beforeAll(() => ready("cpu"));

/** Zeros, ties with bounds, large and small, and what is not finite. */
const values = [
  0, -0, 1, -1, 0.5, -0.5, 2, -2, 1e-3, -1e-3, 5, -5, 17, -17, 20, -20, 30, -30, 60, -60, 87, -87,
  88, -88, 89, -89, 100, -100, 1e4, -1e4, 1e-20, -1e-20, 1e20, -1e20, 3e38, -3e38,
];
const special = [Infinity, -Infinity, Number.NaN];

const functions: Record<string, (x: NDArray) => NDArray> = {
  relu: (x) => np.maximum(x, 0),
  "max(0, x)": (x) => np.maximum(0, x),
  "min(x, 0)": (x) => np.minimum(x, 0),
  clip: (x) => np.clip(x, -5, 5),
  absolute: (x) => np.absolute(x),
  sign: (x) => np.sign(x),
  square: (x) => np.square(x),
  "sqrt of the positive part": (x) => np.sqrt(np.maximum(x, 0)),
  "log of the positive part": (x) => np.log(np.maximum(x, 0)),
  "log of a clipped number": (x) => np.log(np.clip(x, 1e-6, 1)),
  "reciprocal of a clipped number": (x) => np.reciprocal(np.maximum(x, 1e-3)),
  "log, guarded by where": (x) => {
    const positive = np.greater(x.ref, 0);
    return np.where(positive.ref, np.log(np.where(positive, x, 1)), 0);
  },
  "sqrt, guarded by where": (x) => {
    const positive = np.greater(x.ref, 0);
    return np.where(positive.ref, np.sqrt(np.where(positive, x, 1)), 0);
  },
  exp: (x) => np.exp(x),
  "exp of a clipped number": (x) => np.exp(np.minimum(x, 20)),
  log1p: (x) => np.log1p(np.exp(np.negative(np.absolute(x)))),
  reciprocal: (x) => np.reciprocal(x),
  tanh: (x) => np.tanh(x),
  erf: (x) => lax.erf(x),
  "1 / (1 + exp(-x))": (x) => np.reciprocal(np.exp(x.neg()).add(1)),
  "log(1 / (1 + exp(-x)))": (x) => np.log(np.reciprocal(np.exp(x.neg()).add(1))),
  "x / (1 + |x|)": (x) => x.ref.div(np.absolute(x).add(1)),
  "logsumexp of x and 0": (x) => nn.logsumexp(np.stack([x.ref, np.zerosLike(x)], 0), 0),
  "softmax of x and 0": (x) => nn.softmax(np.stack([x.ref, np.zerosLike(x)], 0), 0).slice(0),
  "x - x": (x) => x.ref.sub(x),
  "x / x": (x) => x.ref.div(x),
  "x * 1e20 * 1e20": (x) => x.mul(1e20).mul(1e20),
  "x > 0": (x) => np.greater(x, 0).astype(np.float32),
  "x == x": (x) => np.equal(x.ref, x).astype(np.float32),
  isnan: (x) => np.isnan(x).astype(np.float32),
  isfinite: (x) => np.isfinite(x).astype(np.float32),
  floor: (x) => np.floor(x),
  remainder: (x) => np.remainder(np.clip(x, -100, 100), 3),
  "max(x, -x / 2)": (x) => np.maximum(x.ref, x.mul(-0.5)),
};

/** Equal, or close for their size, which counts as 0.01 at least, or both not a number. */
function agree(got: number, expected: number): boolean {
  if (Object.is(got, expected) || got === expected) return true;
  const scale = Math.max(Math.abs(expected), 0.01);
  return Math.abs(got - expected) / scale < 2e-5;
}

async function expectAgreement(fn: (x: NDArray) => NDArray, inputs: readonly number[]) {
  const executor = await createOnnxExecutor("cpu");
  const program = await executor.build(fn as never, [new ArraySpec(["n"])]);
  const x = hostArray(Float32Array.from(inputs), [inputs.length]);
  const [got, expected] = [
    await ((await program.run([x])) as EngineArray).data(),
    await fn(x.toDevice()).data(),
  ];
  program.dispose();
  const wrong = inputs.flatMap((input, i) =>
    agree(got[i]!, expected[i]!) ? [] : [`at ${input}: ${got[i]}, jax-js gives ${expected[i]}`],
  );
  expect(wrong).toEqual([]);
}

describeOnnx("at the edges, as jax-js:", () => {
  test.each(Object.entries(functions))("%s", async (_, fn) => {
    await expectAgreement(fn, [...values, ...special]);
  });

  test.each(Object.entries(functions))("the gradient of %s", async (_, fn) => {
    const slope = (x: NDArray) =>
      grad((each: NDArray) =>
        fn(each)
          .mul(np.full([each.shape[0]!], 2))
          .sum(),
      )(x) as NDArray;
    // The larger of 0 and -0 may be either, and an infinite slope tells which.
    const unsigned = values.filter((value) => !Object.is(value, -0));
    await expectAgreement(slope, unsigned);
  });
});
