import { beforeAll, expect, test } from "vitest";
import { defineBijector, zeroLogDet } from "../../src/core/bijector.ts";
import { jacobians } from "../../src/core/jacobian.ts";
import { type Engine, type NDArray, np, startEngine } from "../../src/engine/index.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});

/** `y = (a x0^2 + c, x0 x1)` forward, and something else backward; log-dets do not matter here. */
const bijector = defineBijector<{ a: NDArray }>({
  kind: "curve",
  shape: [2],
  condShape: [1],
  options: {},
  init: (key) => {
    key.dispose();
    return { a: np.array([3]) };
  },
  forwardAndLogDet({ a }, x, cond) {
    const [x0, x1] = np.split(x, [1], 1) as [NDArray, NDArray];
    const first = x0.ref
      .mul(x0.ref)
      .mul(a)
      .add(cond as NDArray);
    const y = np.concatenate([first, x0.mul(x1)], 1);
    const logDet = zeroLogDet(y);
    return [y, logDet];
  },
  inverseAndLogDet({ a }, y, cond) {
    (cond as NDArray).dispose();
    const logDet = zeroLogDet(y);
    return [y.mul(a), logDet];
  },
});

test("J[i][j] = d y_i / d x_j at each row, in both directions; nothing is consumed", async () => {
  const params = { a: np.array([3]) };
  const x = Float32Array.of(1, 2, -0.5, 4);
  const contexts = Float32Array.of(10, 20);
  const forward = await jacobians(engine, bijector, params, x, contexts, "forward");
  expect([...forward]).toEqual([6, 0, 2, 1, -3, 0, 4, -0.5]);
  const inverse = await jacobians(engine, bijector, params, x, contexts, "inverse");
  expect([...inverse]).toEqual([3, 0, 0, 3, 3, 0, 0, 3]);
  expect(params.a.refCount).toBe(1);
});

test("events of any shape are flattened", async () => {
  const double = defineBijector<Record<string, never>>({
    kind: "double",
    shape: [1, 2],
    options: {},
    init: (key) => {
      key.dispose();
      return {};
    },
    forwardAndLogDet: (_, x) => [x.mul(2), zeroLogDet(x)],
    inverseAndLogDet: (_, y) => [y.div(2), zeroLogDet(y)],
  });
  const jacobian = await jacobians(engine, double, {}, Float32Array.of(5, 7), undefined, "forward");
  expect([...jacobian]).toEqual([2, 0, 0, 2]);
});
