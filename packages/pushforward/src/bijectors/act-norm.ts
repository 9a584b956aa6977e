import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { type AffineParams, affine } from "./affine.ts";

/** Added to the standard deviation of the first batch, so that a constant column stays finite. */
const EPSILON = 1e-6;

export interface ActNormOptions {
  shape: Shape;
  /** Whether to shift as well as scale; default true. */
  shift?: boolean;
}

/**
 * Activation normalisation: an {@link affine} layer whose first values come from data, so that on
 * the first batch what leaves the layer towards the base has mean 0 and variance 1 in each
 * dimension (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.1).
 *
 * Its state is its parameters, hence saved with them; nothing is initialised twice. Without the shift its mean
 * square is 1 there.
 */
export function actNorm({ shape, shift = true }: ActNormOptions): Bijector<AffineParams> {
  const { init, forwardAndLogDet, inverseAndLogDet } = affine({ shape, shift });
  return defineBijector<AffineParams>({
    kind: "actNorm",
    shape,
    options: { shape, shift },
    init,
    forwardAndLogDet,
    inverseAndLogDet,
    initFromData(params, x, cond, direction) {
      discard(params, cond);
      if (!shift) {
        const logSize = np.log(np.sqrt(x.ref.mul(x).mean(0)).add(EPSILON));
        return { logScale: direction === "inverse" ? logSize : logSize.neg() };
      }
      const mean = x.ref.mean(0);
      const logStd = np.log(np.std(x, 0).add(EPSILON));
      if (direction === "inverse") return { logScale: logStd, shift: mean };
      const logScale = logStd.neg();
      return { logScale: logScale.ref, shift: mean.neg().mul(np.exp(logScale)) };
    },
  });
}
