import { beforeAll, expect, test } from "vitest";
import { defineBijector } from "../../src/core/bijector.ts";
import { jacobians } from "../../src/core/jacobian.ts";
import { type NDArray, np, ready } from "../../src/engine/index.ts";

beforeAll(() => ready());

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
    return [y, np.zeros([2])];
  },
  inverseAndLogDet({ a }, y, cond) {
    (cond as NDArray).dispose();
    return [y.mul(a), np.zeros([2])];
  },
});

test("J[i][j] = d y_i / d x_j at each row, in both directions; nothing is consumed", async () => {
  const params = { a: np.array([3]) };
  const x = np.array(Float32Array.from([1, 2, -0.5, 4]), { shape: [2, 2] });
  const cond = np.array(Float32Array.from([10, 20]), { shape: [2, 1] });
  const forward = await jacobians(bijector, params, x, cond, "forward");
  expect([...forward]).toEqual([6, 0, 2, 1, -3, 0, 4, -0.5]);
  const inverse = await jacobians(bijector, params, x, cond, "inverse");
  expect([...inverse]).toEqual([3, 0, 0, 3, 3, 0, 0, 3]);
  expect([params.a.refCount, x.refCount, cond.refCount]).toEqual([1, 1, 1]);
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
    forwardAndLogDet: (_, x) => [x.mul(2), np.zeros([1])],
    inverseAndLogDet: (_, y) => [y.div(2), np.zeros([1])],
  });
  const x = np.array(Float32Array.from([5, 7]), { shape: [1, 1, 2] });
  expect([...(await jacobians(double, {}, x, undefined, "forward"))]).toEqual([2, 0, 0, 2]);
});
