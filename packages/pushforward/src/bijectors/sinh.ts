import type { Bijector } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { scalarBijector } from "./scalar-map.ts";

/**
 * `y = sinh(x)`, the identity near 0 and exponential far from it, on both sides: it makes heavy tails of light
 * ones. Log-det `sum(log cosh(x))`. Float32 overflows for |x| above 88; round trip within 5e-5 (relative for |y|
 * above 1).
 */
export function sinh({ shape }: { shape: Shape }): Bijector<Record<string, never>> {
  return scalarBijector({
    kind: "sinh",
    shape,
    options: { shape },
    range: [-Infinity, Infinity],
    forward: (x) => {
      // The differences from 1 keep the digits of small x.
      const value = np.expm1(x.ref).sub(np.expm1(x.ref.neg())).mul(0.5);
      return [value, logCosh(x)];
    },
    inverse: (y) => {
      const sign = np.where(np.less(y.ref, 0), -1, 1);
      const size = y.mul(sign.ref);
      const large = np.maximum(size.ref, 1);
      const small = np.minimum(size, 1);
      const inner = np.reciprocal(large.ref);
      // Squares of numbers above 1 would overflow: both logarithms take what is below it.
      const log = np.log(large.ref);
      const hypotenuse = np.log1p(inner.ref.mul(inner.ref)).mul(0.5).add(log.ref);
      const far = np.log1p(np.sqrt(inner.ref.mul(inner).add(1))).add(log);
      const square = small.ref.mul(small.ref);
      const root = np.sqrt(square.ref.add(1));
      const near = np.log1p(small.add(square.ref.div(root.add(1))));
      const isLarge = np.greater(large, 1);
      const value = np.where(isLarge.ref, far, near);
      const logSlope = np.where(isLarge, hypotenuse, np.log1p(square).mul(0.5));
      return [value.mul(sign), logSlope.neg()];
    },
  });
}

function logCosh(x: NDArray): NDArray {
  const size = np.absolute(x);
  return size.ref.add(np.log1p(np.exp(size.mul(-2)))).sub(Math.LN2);
}
