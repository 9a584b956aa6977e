import { beforeAll, expect, test } from "vitest";
import {
  type AffineContextOptions,
  affine,
  affineContext,
  continuous,
  coupling,
} from "../../src/bijectors/index.ts";
import type { Bijector } from "../../src/core/bijector.ts";
import { type NDArray, np, ready, type Tree } from "../../src/engine/index.ts";
import { concat, mlp } from "../../src/networks/index.ts";
import { rationalQuadraticSpline } from "../../src/transformers/index.ts";
import { apply, perturbed, upload } from "./host.ts";

beforeAll(() => ready());

const bijector = coupling({
  shape: [1],
  transformer: rationalQuadraticSpline({ bins: 4 }),
  conditioner: mlp({ hidden: [4] }),
  condShape: [2],
});

test("the bijector is told (c - shift) / scale", async () => {
  const wrapped = affineContext({ bijector, shift: [10, -1], scale: [4, 0.5] });
  const params = () => perturbed(bijector, 0.5);
  const told = await apply(
    bijector,
    "forward",
    params(),
    [[0.5], [-2]],
    [
      [1, 2],
      [-0.5, 0],
    ],
  );
  const given = await apply(
    wrapped,
    "forward",
    params(),
    [[0.5], [-2]],
    [
      [14, 0],
      [8, -1],
    ],
  );
  expect(given).toEqual(told);
});

test("so are its iterations and its velocity", async () => {
  const flow = continuous({
    shape: [1],
    condShape: [2],
    dynamics: concat({ hidden: [3] }) as never,
  }) as Bijector<Tree>;
  const wrapped = affineContext({ bijector: flow, shift: [10, -1], scale: [4, 0.5] });
  const numbers = async ({ iterations, field }: Bijector, context: number[][]) => {
    const params = () => perturbed(flow, 0.5);
    const [rows, cond] = [() => upload([[0.5], [-2]], [1]), () => upload(context, [2])];
    const { start, step, finish } = iterations!.inverse!;
    const state = step(params(), start(params(), rows(), cond(), true), cond());
    const [time, columns] = [np.array([0.2, 0.7]), cond().transpose()];
    const results: NDArray[] = [
      ...finish(params(), state, cond()),
      field!.at(params(), time.ref, rows(), cond()),
      ...field!.rates(params(), columns, undefined)(time.reshape([1, -1]), rows().transpose()),
    ];
    const values: Float32Array[] = await Promise.all(results.map((array) => array.data()));
    return values.map((each) => [...each]);
  };
  const told = await numbers(flow, [
    [1, 2],
    [-0.5, 0],
  ]);
  const given = await numbers(wrapped, [
    [14, 0],
    [8, -1],
  ]);
  expect(given).toEqual(told);
});

test.each<[AffineContextOptions<Tree>, string]>([
  [
    { bijector: affine({ shape: [1] }), shift: [0], scale: [1] },
    "affine, which takes a context of 0 numbers",
  ],
  [
    { bijector, shift: [0], scale: [1] },
    "1 shifts and 1 scales for coupling, which takes a context of 2",
  ],
  [{ bijector, shift: [0, 0], scale: [1, 0] }, "no scale 0"],
  [{ bijector, shift: [Number.NaN, 0], scale: [1, 1] }, "must be finite"],
])("case %#: what does not fit is refused", (options, message) => {
  expect(() => affineContext(options)).toThrow(message);
});
