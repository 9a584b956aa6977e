import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";

export interface AffineOptions {
  shape: Shape;
  /** Whether to shift as well as scale; default true. NICE's scaling layer has no shift. */
  shift?: boolean;
}

export type AffineParams = { logScale: NDArray; shift?: NDArray };

/**
 * A learned elementwise scale and shift, `y = x exp(s) + b`, log-det `sum(s)`; starts as the
 * identity. Without the shift it is the scaling layer of NICE (Dinh et al. 2015,
 * arXiv:1410.8516, section 3.3).
 */
export function affine({ shape, shift = true }: AffineOptions): Bijector<AffineParams> {
  return defineBijector<AffineParams>({
    kind: "affine",
    shape,
    options: { shape, shift },
    init(key) {
      discard(key);
      const zeros = np.zeros([...shape]);
      return shift ? { logScale: zeros.ref, shift: zeros } : { logScale: zeros };
    },
    forwardAndLogDet({ logScale, shift: offset }, x) {
      const logDet = np.broadcastTo(logScale.ref.sum(), [x.shape[0] as number]);
      const y = x.mul(np.exp(logScale));
      return [offset ? y.add(offset) : y, logDet];
    },
    inverseAndLogDet({ logScale, shift: offset }, y) {
      const logDet = np.broadcastTo(logScale.ref.sum().neg(), [y.shape[0] as number]);
      const x = offset ? y.sub(offset) : y;
      return [x.mul(np.exp(logScale.neg())), logDet];
    },
  });
}
