import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { np } from "../engine/index.ts";

/**
 * The shift `y = x + t` of NICE (Dinh et al. 2015, arXiv:1410.8516, eq. 5): volume-preserving.
 * Parameters: `t`. Zero is the identity. Exact to one rounding.
 */
export function additive(): Transformer {
  return defineTransformer({
    kind: "additive",
    parameterCount: 1,
    options: {},
    forwardAndLogDet: (theta, x) => [x.ref.add(np.squeeze(theta, 0)), np.zerosLike(x)],
    inverseAndLogDet: (theta, y) => [y.ref.sub(np.squeeze(theta, 0)), np.zerosLike(y)],
  });
}
