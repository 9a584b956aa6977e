import { beforeAll, describe, expect, test } from "vitest";
import type { Network } from "../../src/core/network.ts";
import { downloadParameters, layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { grad, jit, type NDArray, np, random, ready, type Tree } from "../../src/engine/index.ts";
import { type Activation, mlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

beforeAll(() => ready());

const scalar: Record<Activation, (x: number) => number> = {
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  silu: (x) => x / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
};

const INPUTS = 3;
const OUTPUTS = 2;
const COLUMNS = 4;

/** The network in double precision, from its flat parameters. */
function reference(
  flat: Float32Array,
  widths: readonly number[],
  activation: Activation,
  column: readonly number[],
): number[] {
  let h = [...column];
  let at = 0;
  widths.slice(1).forEach((width, depth) => {
    const weight = flat.subarray(at, at + width * h.length);
    const bias = flat.subarray(at + weight.length, at + weight.length + width);
    at += weight.length + width;
    const inputs = h;
    h = Array.from({ length: width }, (_, i) => {
      const sum = inputs.reduce(
        (s, value, j) => s + weight[i * inputs.length + j]! * value,
        bias[i]!,
      );
      return depth === widths.length - 2 ? sum : scalar[activation](sum);
    });
  });
  return h;
}

function drawCase(hidden: readonly number[], activation: Activation) {
  const network: Network = mlp({ hidden, activation });
  const source = hostRandom(hidden.length);
  const layout = layoutOf(network.init(random.key(0), INPUTS, OUTPUTS) as Tree);
  const flat = Float32Array.from({ length: layout.size }, () => source.normal());
  const x = Float32Array.from({ length: INPUTS * COLUMNS }, () => 3 * source.normal());
  const column = (c: number) => Array.from({ length: INPUTS }, (_, i) => x[i * COLUMNS + c]!);
  const input = () => np.array(x.slice(), { shape: [INPUTS, COLUMNS] });
  return { network, layout, flat, column, input, widths: [INPUTS, ...hidden, OUTPUTS] };
}

describe.each([[[]], [[5]], [[6, 4]]])("hidden %o", (hidden) => {
  test.each(["relu", "tanh", "silu"] as const)("%s: agrees with double precision", async (name) => {
    const { network, layout, flat, column, input, widths } = drawCase(hidden, name);
    const paths = hidden.concat(OUTPUTS).flatMap((_, i) => [`${i}.weight`, `${i}.bias`]);
    expect(layout.slots.map(({ path }) => path)).toEqual(paths);
    const run = jit((params: Tree, x: NDArray) => network.apply(params, x));
    const got = await run(uploadParameters(layout, flat), input()).data();
    for (let c = 0; c < COLUMNS; c++) {
      reference(flat, widths, name, column(c)).forEach((value, o) => {
        expect(Math.abs(got[o * COLUMNS + c]! - value)).toBeLessThan(
          2e-5 * Math.max(1, Math.abs(value)),
        );
      });
    }
  });
});

test.each(["relu", "tanh", "silu"] as const)(
  "%s: gradients agree with differences in double precision",
  async (name) => {
    const { network, layout, flat, column, input, widths } = drawCase([5], name);
    const loss = (params: Tree) => network.apply(params, input()).sum();
    const slopes = jit(grad(loss as never) as never) as unknown as (params: Tree) => Tree;
    const got = await downloadParameters(slopes(uploadParameters(layout, flat)));
    const value = (values: Float32Array) => {
      let sum = 0;
      for (let c = 0; c < COLUMNS; c++) {
        for (const output of reference(values, widths, name, column(c))) sum += output;
      }
      return sum;
    };
    const h = 2 ** -10;
    flat.forEach((_, i) => {
      const [up, down] = [flat.slice(), flat.slice()];
      up[i]! += h;
      down[i]! -= h;
      const slope = (value(up) - value(down)) / (up[i]! - down[i]!);
      expect(Math.abs(got[i]! - slope), `parameter ${i}`).toBeLessThan(
        1e-3 * Math.max(1, Math.abs(slope)),
      );
    });
  },
);

test("a fresh network gives zeros, whatever goes in", async () => {
  for (const hidden of [[], [8, 8]]) {
    const network: Network = mlp({ hidden });
    const params = network.init(random.key(1), 2, 3) as Tree;
    const out = network.apply(
      params,
      np.array(Float32Array.from([1, 2, 3, 4e4]), { shape: [2, 2] }),
    );
    expect(out.shape).toEqual([3, 2]);
    expect([...(await out.data())]).toEqual([0, 0, 0, 0, 0, 0]);
  }
});

test("hidden weights start with variance 2 / inputs", async () => {
  const params = mlp({ hidden: [200] }).init(random.key(2), 50, 1) as { weight: NDArray }[];
  const weights = (await params[0]!.weight.data()) as Float32Array;
  const variance = weights.reduce((sum, value) => sum + value * value, 0) / weights.length;
  // Five standard errors of 10,000 draws.
  expect(Math.abs(variance - 2 / 50)).toBeLessThan(5 * (2 / 50) * Math.sqrt(2 / weights.length));
});

test.each([
  [{ hidden: [0] }, "hidden widths must be positive integers, got [0]"],
  [{ hidden: [8, 2.5] }, "got [8,2.5]"],
  [{ activation: "gelu" as "relu" }, 'unknown activation "gelu". Take one of relu, tanh, silu'],
])("%o is refused", (options, message) => {
  expect(() => mlp(options)).toThrow(message);
});
