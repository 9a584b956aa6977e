import type { Bijector } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { scalarBijector } from "./scalar-map.ts";

/**
 * `y = exp(x)`, onto the positive numbers; log-det `sum(x)`. Values that are not positive have
 * density 0. Float32 overflows for x above 88; round trip within 2e-5.
 */
export function exp({ shape }: { shape: Shape }): Bijector<Record<string, never>> {
  return scalarBijector({
    kind: "exp",
    shape,
    options: { shape },
    range: [0, Infinity],
    forward: (x) => [np.exp(x.ref), x],
    inverse: (y) => {
      const x = np.log(y);
      return [x.ref, x.neg()];
    },
  });
}
