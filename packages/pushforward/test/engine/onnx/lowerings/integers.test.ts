import { lax, random, vmap } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { type NDArray, np, ready, valueAndGrad } from "../../../../src/engine/index.ts";
import {
  describeLowered,
  expectLoweredEqual,
  type HostArgument,
  runLowered,
} from "../run-lowered.ts";

beforeAll(() => ready());

/** Below every difference of two numbers: results are the same to the last bit. */
const exact = { tolerance: Number.MIN_VALUE };

function numbers(dtype: string, data: number[], shape = [data.length]): HostArgument {
  return { data, shape, dtype };
}

const SIGNED = [0, 1, -1, 5, -7, 12345, -98765, 2 ** 31 - 1, -(2 ** 31) + 1, -(2 ** 31)];
const UNSIGNED = [0, 1, 2, 7, 512, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];

/** All pairs of a number of the first list and one of the second. */
function pairs(dtype: string, first: number[], second: number[]): HostArgument[] {
  return [numbers(dtype, first, [first.length, 1]), numbers(dtype, second)];
}

describeLowered("quotients and remainders", () => {
  const divide = (x: NDArray, y: NDArray) => [x.ref.div(y.ref), x.ref.mod(y.ref)];

  test("of signed integers, towards zero", async () => {
    const divisors = [1, 2, -3, 1000, -(2 ** 31), 2 ** 31 - 1];
    await expectLoweredEqual(divide, [pairs("int32", SIGNED, divisors)]);
    const small = pairs("int32", [7, -7, 0, 100, -100], [3, -3, -1, -10]);
    await expectLoweredEqual(divide, [small]);
    await expectLoweredEqual((x, y) => [np.remainder(x.ref, y.ref), np.floorDivide(x, y)], [small]);
  });

  test("that overflow, at which jax-js stops, wrap around", async () => {
    const [lowest, minusOne] = [numbers("int32", [-(2 ** 31)]), numbers("int32", [-1])];
    const results = await runLowered(divide, [lowest, minusOne]);
    expect(results.map(({ data }) => data[0])).toEqual([-(2 ** 31), 0]);
    const [result] = await runLowered((x) => x.div(-1), [lowest]);
    expect(result!.data[0]).toBe(-(2 ** 31));
  });

  test("by zero fail, as in jax-js", async () => {
    const args = pairs("int32", [6, -5], [0, 2]);
    await expect(runLowered((x, y) => x.div(y), args)).rejects.toThrow("division by zero");
    await expect(runLowered((x, y) => x.mod(y), args)).rejects.toThrow("modulo by zero");
  });

  test("of unsigned integers", () => {
    const divisors = [1, 2, 3, 512, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
    return expectLoweredEqual((x, y) => divide(x, y), [pairs("uint32", UNSIGNED, divisors)]);
  });

  test("by numbers known in advance", async () => {
    await expectLoweredEqual(
      (x) => [x.ref.div(7), x.ref.mod(7), x.ref.div(-2), x.div(1)],
      [[numbers("int32", SIGNED)]],
    );
    await expectLoweredEqual(
      (x) => [
        x.ref.div(512),
        x.ref.mod(4294967295),
        x.ref.div(np.array(2147483649, { dtype: "uint32" as never })),
        x.mod(1000),
      ],
      [[numbers("uint32", UNSIGNED)]],
    );
  });

  test("of floats, with the sign of the dividend", () => {
    const x = [0, -0, 5.5, -5.5, 1e10, -0.3, 7, 1e-30, Number.POSITIVE_INFINITY, Number.NaN];
    const y = [1, -1, 2.5, -2.5, 0.1, 1e-20, 3e4];
    return expectLoweredEqual(
      (a, b) => [a.ref.mod(b.ref), np.fmod(a.ref, b.ref), np.trunc(a), np.remainder(b, 0.75)],
      [pairs("float32", x, y)],
      exact,
    );
  });

  test("of floats, with their gradients", () => {
    const loss = (x: NDArray, y: NDArray) => {
      const remainder = x.mod(y);
      return np.sum(remainder.ref.mul(remainder));
    };
    return expectLoweredEqual(
      (x, y) => [...valueAndGrad(loss, { argnums: [0, 1] })(x, y)].flat(),
      [pairs("float32", [5.5, -7.25, 0.3, 100], [1, -2.5, 0.7])],
    );
  });
});

describeLowered("bits", () => {
  const combine = (x: NDArray, y: NDArray) => [
    np.bitwiseAnd(x.ref, y.ref),
    np.bitwiseOr(x.ref, y.ref),
    np.bitwiseXor(x, y.ref),
    np.invert(y),
  ];

  test("combined", async () => {
    await expectLoweredEqual(combine, [pairs("int32", SIGNED, SIGNED)]);
    await expectLoweredEqual(combine, [pairs("uint32", UNSIGNED, UNSIGNED)]);
    await expectLoweredEqual(combine, [pairs("bool", [0, 1], [0, 1])]);
    const mixed = [numbers("int32", SIGNED, [10, 1]), numbers("uint32", UNSIGNED)];
    await expectLoweredEqual((x, y) => [np.bitwiseXor(x.ref, y.ref), np.bitwiseAnd(x, y)], [mixed]);
    await expectLoweredEqual(
      (x) => [np.bitwiseXor(x.ref, -5), np.bitwiseAnd(x.ref, 3.7), np.bitwiseOr(x, 5e9)],
      [[numbers("uint32", UNSIGNED)]],
    );
  });

  test("shifted, by distances modulo 32, with zeros coming in", async () => {
    const distances = [0, 1, 5, 31, 32, 33];
    const shift = (x: NDArray, y: NDArray) => [np.leftShift(x.ref, y.ref), np.rightShift(x, y)];
    await expectLoweredEqual(shift, [pairs("int32", SIGNED, distances)]);
    await expectLoweredEqual(shift, [pairs("uint32", UNSIGNED, distances)]);
    const mixed = [numbers("int32", SIGNED, [10, 1]), numbers("uint32", distances)];
    await expectLoweredEqual(shift, [mixed]);
  });

  test("counted", async () => {
    await expectLoweredEqual((x) => np.bitwiseCount(x), [[numbers("uint32", UNSIGNED)]]);
    await expectLoweredEqual((x) => np.bitwiseCount(x), [[numbers("int32", SIGNED)]]);
  });
});

describeLowered("numbers as bits and back", () => {
  /** Every exponent with some mantissas, both signs, zeros, infinities. */
  const patterns = Array.from({ length: 256 }, (_, exponent) =>
    [0, 1, 2, 0x400000, 0x7fffff, 0x2aaaaa].map((mantissa) => exponent * 2 ** 23 + mantissa),
  ).flat();
  const all = [...patterns, ...patterns.map((bits) => bits + 2 ** 31)];
  const finite = all.filter((bits) => bits % 2 ** 31 <= 0x7f800000);
  const convert = (dtype: string) => (x: NDArray) =>
    lax.bitcastConvertType(x, dtype as never) as NDArray;

  test("bits to floats", async () => {
    await expectLoweredEqual(convert("float32"), [[numbers("uint32", all)]], exact);
    const signed = [...Int32Array.from(all, (bits) => bits | 0)];
    await expectLoweredEqual(convert("float32"), [[numbers("int32", signed)]], exact);
    const [result] = await runLowered(convert("float32"), [numbers("uint32", [2 ** 31, 0])]);
    expect(Array.from(result!.data)).toEqual([-0, 0]);
  });

  test("floats to bits", async () => {
    const floats = [...new Float32Array(Uint32Array.from(finite).buffer)];
    for (const dtype of ["uint32", "int32"]) {
      await expectLoweredEqual(convert(dtype), [[numbers("float32", floats)]]);
    }
    const [bits] = await runLowered(convert("uint32"), [numbers("float32", [Number.NaN])]);
    expect(bits!.data[0]).toBe(0x7fc00000);
  });

  test("floats to bits, of numbers of all sizes", () => {
    const floats = Float32Array.from(
      { length: 5000 },
      (_, i) => (i % 7) * Math.exp((i - 2500) / 29),
    );
    return expectLoweredEqual(convert("uint32"), [[numbers("float32", [...floats])]]);
  });

  test("between integers", async () => {
    await expectLoweredEqual(convert("int32"), [[numbers("uint32", UNSIGNED)]]);
    await expectLoweredEqual(convert("uint32"), [[numbers("int32", SIGNED)]]);
  });

  test("signs", () =>
    expectLoweredEqual(
      (x) => [np.signbit(x.ref), np.copysign(np.array(2), x)],
      [[numbers("float32", [0, -0, 1, -1, 1e-40, -1e-40, Number.NEGATIVE_INFINITY])]],
    ));
});

describeLowered("random numbers", () => {
  const key = numbers("uint32", [0x12345678, 0xdeadbeef]);

  test("bits and keys are those of jax-js", () =>
    expectLoweredEqual(
      (each) => [
        random.bits(each.ref, [1000]) as NDArray,
        random.bits(each.ref, []) as NDArray,
        random.bits(each.ref, [3, 1, 5]) as NDArray,
        random.split(each.ref) as NDArray,
        random.split(each, [2, 3]) as NDArray,
      ],
      [[key], [numbers("uint32", [0, 0])], [numbers("uint32", [2 ** 32 - 1, 2 ** 31])]],
    ));

  test("of several keys", () => {
    const draw = vmap(((each: NDArray) => random.bits(each, [2, 3])) as never, 0) as never;
    return expectLoweredEqual(
      (keys) => (draw as (keys: NDArray) => NDArray)(keys),
      [[numbers("uint32", [1, 2, 3, 4, 5, 2 ** 32 - 6], [3, 2])]],
    );
  });

  test("uniform numbers are the same to the last bit", () =>
    expectLoweredEqual(
      (each) => [
        random.uniform(each.ref, [2000]) as NDArray,
        random.uniform(each, [10], { minval: -3, maxval: 5 }) as NDArray,
      ],
      [[key]],
      exact,
    ));

  test("normal and other distributions", () =>
    expectLoweredEqual(
      (each) => [
        random.normal(each.ref, [500]) as NDArray,
        random.gumbel(each.ref, [50]) as NDArray,
        random.exponential(each.ref, [50]) as NDArray,
        random.laplace(each, [50]) as NDArray,
      ],
      [[key]],
      // jax-js' logarithm is good to 1.2e-5 only.
      { tolerance: 2e-5 },
    ));

  test("integers, coins and categories", async () => {
    await expectLoweredEqual(
      (each) => [
        random.randint(each.ref, { minval: -5, maxval: 17, shape: [300] }) as NDArray,
        random.randint(each.ref, {
          minval: 0,
          maxval: 3e9,
          shape: [99],
          dtype: "uint32",
        } as never) as NDArray,
        random.bernoulli(each.ref, 0.3, [100]) as NDArray,
        random.permutation(each, 20) as NDArray,
      ],
      [[key]],
    );
    const logits = {
      data: Float32Array.from({ length: 40 }, (_, i) => Math.sin(3 * i)),
      shape: [8, 5],
    };
    await expectLoweredEqual(
      (each, x) => [
        random.categorical(each.ref, x.ref) as NDArray,
        random.categorical(each, x, { axis: 0 }) as NDArray,
      ],
      [[key, logits]],
    );
  });

  test("for any number of rows", () =>
    expectLoweredEqual(
      (each, x) => {
        const noise = random.uniform(each.ref, x.shape) as NDArray;
        const coins = random.bernoulli(each, 0.5, [x.shape[0]!]) as NDArray;
        return [noise, coins, np.where(coins.ref.reshape([-1, 1]), x, 0)];
      },
      [11, 1, 4, 200].map((count) => [
        key,
        { data: Float32Array.from({ length: 3 * count }, Math.cos), shape: [count, 3] },
      ]),
      { symbolicRows: 11, ...exact },
    ));
});
