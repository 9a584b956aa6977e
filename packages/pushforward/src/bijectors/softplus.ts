import type { Bijector } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { logSigmoid, softplus as stableSoftplus } from "../numerics/stable.ts";
import { scalarBijector } from "./scalar-map.ts";

/**
 * `y = log(1 + exp(x))`, onto the positive numbers, close to the identity for large x; log-det
 * `sum(log sigmoid(x))`. Values that are not positive have density 0. Float32 round trip:
 * within 5e-5 (relative for |x| above 1).
 */
export function softplus({ shape }: { shape: Shape }): Bijector<Record<string, never>> {
  return scalarBijector({
    kind: "softplus",
    shape,
    options: { shape },
    range: [0, Infinity],
    forward: (x) => [stableSoftplus(x.ref), logSigmoid(x)],
    inverse: (y) => {
      // sigmoid(x) = 1 - exp(-y), and x = y + log(1 - exp(-y)).
      const logSlope = np.log(np.expm1(y.ref.neg()).neg());
      return [y.add(logSlope.ref), logSlope.neg()];
    },
  });
}
