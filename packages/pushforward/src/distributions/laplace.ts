import { noParams } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import type { Shape } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { openUniform } from "./open-uniform.ts";
import { scalarDistribution } from "./scalar-density.ts";

/**
 * The standard Laplace distribution in every dimension, `log p = -sum(|x| + log 2)`: variance 2, no
 * parameters. Sampled by its quantile function, exact within |x| < 16, beyond which lies a share of 1e-7.
 */
export function laplace({ shape }: { shape: Shape }): Distribution<Record<string, never>> {
  return scalarDistribution({
    kind: "laplace",
    shape,
    options: { shape },
    centred: true,
    init: noParams,
    logDensity: (_, x) => np.absolute(x).add(Math.LN2).neg(),
    draw(_, key, size) {
      const u = openUniform(key, size);
      const isLeft = np.less(u.ref, 0.5);
      const left = np.log(np.minimum(u.ref, 0.5).mul(2));
      const right = np.log(np.minimum(np.subtract(1, u), 0.5).mul(2)).neg();
      return np.where(isLeft, left, right);
    },
  });
}
