import { checkOptionNames } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np } from "../engine/index.ts";
import { softclip } from "../numerics/stable.ts";

export interface AffineTransformerOptions {
  /** The log-scale stays in (-maxLogScale, maxLogScale), smoothly; default 5 (scales to 148). */
  maxLogScale?: number;
}

/**
 * The map `y = x exp(s) + t` of RealNVP (Dinh et al. 2017, arXiv:1605.08803, eq. 7).
 *
 * Parameters: `t`, then `u` with `s = u / (1 + |u| / maxLogScale)`. Zeros are the identity.
 * Round trip exact to a few roundings relative to |x| + |t|.
 *
 * @throws DomainError when `maxLogScale` is not positive.
 */
export function affine(options: AffineTransformerOptions = {}): Transformer {
  checkOptionNames("affine", options, ["maxLogScale"]);
  const { maxLogScale = 5 } = options;
  if (!(maxLogScale > 0)) {
    throw new DomainError(`affine: maxLogScale must be positive, got ${maxLogScale}.`);
  }
  const unpack = (theta: NDArray): [NDArray, NDArray] => {
    const [shift, raw] = np.unstack(theta, 0) as [NDArray, NDArray];
    return [shift, softclip(raw, maxLogScale)];
  };
  return defineTransformer({
    kind: "affine",
    parameterCount: 2,
    options: { maxLogScale },
    forwardAndLogDet(theta, x) {
      const [shift, logScale] = unpack(theta);
      return [x.mul(np.exp(logScale.ref)).add(shift), logScale];
    },
    inverseAndLogDet(theta, y) {
      const [shift, logScale] = unpack(theta);
      const logDet = logScale.neg();
      return [y.sub(shift).mul(np.exp(logDet.ref)), logDet];
    },
  });
}
