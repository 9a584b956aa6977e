import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { type AffineParams, affine } from "./affine.ts";

/** Added to the standard deviation of the first batch, so that a constant column stays finite. */
const EPSILON = 1e-6;

/**
 * Activation normalisation: an {@link affine} layer whose first values come from data, so that on
 * the first batch what leaves the layer towards the base has mean 0 and variance 1 in each
 * dimension (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.1).
 *
 * Its state is its parameters, hence saved with them; nothing is initialised twice.
 */
export function actNorm({ shape }: { shape: Shape }): Bijector<AffineParams> {
  const { init, forwardAndLogDet, inverseAndLogDet } = affine({ shape });
  return defineBijector<AffineParams>({
    kind: "actNorm",
    shape,
    options: { shape },
    init,
    forwardAndLogDet,
    inverseAndLogDet,
    initFromData(params, x, cond, direction) {
      discard(params, cond);
      const mean = x.ref.mean(0);
      const logStd = np.log(np.std(x, 0).add(EPSILON));
      if (direction === "inverse") return { logScale: logStd, shift: mean };
      const logScale = logStd.neg();
      return { logScale: logScale.ref, shift: mean.neg().mul(np.exp(logScale)) };
    },
  });
}
