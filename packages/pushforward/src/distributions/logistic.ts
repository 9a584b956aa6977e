import { noParams } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import type { Shape } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { openUniform } from "./open-uniform.ts";
import { scalarDistribution } from "./scalar-density.ts";

/**
 * The standard logistic distribution in every dimension,
 * `log p = -sum(|x| + 2 log(1 + exp(-|x|)))`: variance pi^2 / 3, no parameters. NICE's second base
 * (Dinh et al. 2015, arXiv:1410.8516, section 3.4). Sampled by its quantile function, the logit, exact
 * within |x| < 16, beyond which lies a share of 2e-7.
 */
export function logistic({ shape }: { shape: Shape }): Distribution<Record<string, never>> {
  return scalarDistribution({
    kind: "logistic",
    shape,
    options: { shape },
    centred: true,
    init: noParams,
    logDensity(_, x) {
      const size = np.absolute(x);
      return np.log1p(np.exp(size.ref.neg())).mul(-2).sub(size);
    },
    draw(_, key, size) {
      const u = openUniform(key, size);
      return np.log(u.ref).sub(np.log(np.subtract(1, u)));
    },
  });
}
