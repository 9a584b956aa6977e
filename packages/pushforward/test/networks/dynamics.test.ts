import { beforeAll, describe, expect, test } from "vitest";
import type { Dynamics } from "../../src/core/dynamics.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { jit, type NDArray, np, random, ready, type Tree, tree } from "../../src/engine/index.ts";
import { concat, concatSquash } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { hostTree, velocityOnHost } from "./host-dynamics.ts";

beforeAll(() => ready());

const [features, rows] = [3, 5];
const source = hostRandom(11);
const drawn = (...shape: number[]) => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => source.normal());
  return { data, shape, upload: () => np.array(data.slice(), { shape }) };
};

/** Parameters of which none is zero. */
function lively(dynamics: Dynamics, context: number) {
  const layout = layoutOf(dynamics.init(random.key(0), features, context));
  const flat = Float32Array.from({ length: layout.size }, () => 0.7 * source.normal());
  return { host: hostTree(layout, flat), upload: () => uploadParameters(layout, flat) };
}

const largest = (values: ArrayLike<number>, wanted: readonly number[]) =>
  Math.max(
    ...wanted.map((value, i) => Math.abs(values[i]! - value) / Math.max(1, Math.abs(value))),
  );

const networks = { concat, concatSquash };
const kinds = ["concat", "concatSquash"] as const;
const activations = ["tanh", "silu", "softplus", "relu"] as const;

const cases = [
  { conditions: 0, frequencies: [] },
  { conditions: 2, frequencies: [] },
  { conditions: 2, frequencies: [0.5, 3] },
];

describe.each(kinds)("%s", (kind) => {
  describe.each(activations)("%s", (activation) => {
    test.each(cases)("values and derivatives, with %o", async ({ conditions, frequencies }) => {
      const dynamics: Dynamics = networks[kind]({ hidden: [4, 6], activation, frequencies });
      const params = lively(dynamics, conditions);
      const z = drawn(features, rows);
      const directions = drawn(features, 2, rows);
      const context = conditions > 0 ? drawn(conditions, rows) : undefined;
      const times = Float32Array.from({ length: rows }, () => source.uniform());

      const program = jit(
        (own: Tree, time: NDArray, at: NDArray, along: NDArray, ...given: NDArray[]): Tree => {
          const cond = given[0];
          const push = dynamics.push as NonNullable<Dynamics["push"]>;
          const value = dynamics.apply(tree.ref(own), time.ref, at.ref, cond?.ref);
          return [value, ...push(own, time, at, cond, along)];
        },
      );
      const inputs = [np.array(times, { shape: [1, rows] }), z.upload(), directions.upload()];
      const given = context ? [context.upload()] : [];
      const results = program(
        params.upload(),
        ...(inputs as [NDArray, NDArray, NDArray]),
        ...given,
      );
      const [value, velocity, along] = (await Promise.all(
        (results as NDArray[]).map((array) => array.data()),
      )) as Float32Array[];

      const columns = Array.from({ length: rows }, (_, row) => {
        const pick = (array: { data: Float32Array } | undefined) =>
          array ? [...array.data].filter((__, i) => i % rows === row) : [];
        const velocityKind = { kind, activation, frequencies };
        const host = velocityOnHost(velocityKind, params.host, pick(context));
        const point = pick(z);
        const difference = 1e-6;
        const slopes = [0, 1].map((k) => {
          const direction = pick(directions).filter((__, i) => i % 2 === k);
          const [above, below] = [difference, -difference].map((by) =>
            host(
              times[row]!,
              point.map((at, i) => at + by * direction[i]!),
            ),
          );
          return above!.map((up, i) => (up - below![i]!) / (2 * difference));
        });
        return { velocity: host(times[row]!, point), slopes };
      });
      // The engine's logarithm, which softplus takes, is off by up to 1.2e-5.
      const limit = activation === "softplus" ? 5e-5 : 2e-6;
      const wanted = Array.from({ length: features }, (_, i) => columns.map((c) => c.velocity[i]!));
      expect(largest(value!, wanted.flat())).toBeLessThan(limit);
      expect(largest(velocity!, wanted.flat())).toBeLessThan(limit);
      const wantedAlong = wanted.map((_, i) =>
        [0, 1].map((k) => columns.map((c) => c.slopes[k]![i]!)),
      );
      expect(largest(along!, wantedAlong.flat(2))).toBeLessThan(1e-5);
    });
  });

  test.each([[[]], [[2]]])(
    "one time and one set of directions, frequencies %j, stand for all rows",
    async (frequencies) => {
      const dynamics = networks[kind]({ hidden: [4], activation: "silu", frequencies });
      const push = dynamics.push as NonNullable<Dynamics["push"]>;
      for (const conditions of [0, 2]) {
        const params = lively(dynamics, conditions);
        const z = drawn(features, rows);
        const directions = drawn(features, 2, 1);
        const context = conditions > 0 ? drawn(conditions, rows) : undefined;
        const once = { time: np.array([[0.3]]), along: directions.upload() };
        const each = {
          time: np.full([1, rows], 0.3),
          along: np.broadcastTo(directions.upload(), [features, 2, rows]),
        };
        const [short, long] = await Promise.all(
          [once, each].map(async ({ time, along }) => {
            const results = push(params.upload(), time, z.upload(), context?.upload(), along);
            const [slope, moved] = results as [NDArray, NDArray];
            return [...(await slope.data()), ...(await moved.data())] as number[];
          }),
        );
        expect(short).toHaveLength(features * rows * 3);
        expect(largest(short!, long!)).toBeLessThan(1e-6);
      }
    },
  );

  test.each([[[]], [[5]]])("fresh with hidden widths %j it stands still", async (hidden) => {
    const dynamics: Dynamics = networks[kind]({ hidden });
    const z = drawn(features, rows).upload();
    const params = dynamics.init(random.key(3), features, 0);
    const velocity = await dynamics.apply(params, np.array([[0.5]]), z, undefined).data();
    expect([...velocity]).toEqual(new Array(features * rows).fill(0));
  });

  test("what cannot be built says why", () => {
    expect(() => networks[kind]({ hidden: [0] })).toThrow(/^concat.*: hidden widths must be/);
    expect(() => networks[kind]({ activation: "sine" as never })).toThrow(
      /^concat.*: unknown activation "sine"\. Take one of relu, tanh, silu, softplus\./,
    );
    for (const bad of [0, Number.NaN, Infinity, "1" as never]) {
      expect(() => networks[kind]({ frequencies: [1, bad] })).toThrow(
        /^concat.*: frequencies must be positive and finite, got /,
      );
    }
    expect(() => networks[kind]({ frequencies: 3 as never })).toThrow(/must be a list, got 3/);
    expect(() => networks[kind]({ width: 3 } as never)).toThrow(/there is no option "width"/);
  });
});
