import { type Bijector, defineBijector } from "../core/bijector.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { softplus } from "../numerics/stable.ts";

export type RadialParams = { centre: NDArray; alpha: NDArray; beta: NDArray };

/** The centre as a column `[d, 1]`; `alpha`, `gamma = alpha + beta-hat`, both positive, and `beta`, [1, 1]. */
interface Ball {
  readonly centre: NDArray;
  readonly alpha: NDArray;
  readonly beta: NDArray;
  readonly gamma: NDArray;
}

/** Smallest alpha and alpha + beta-hat: the slope at the centre is their quotient. */
const SMALLEST = 1e-3;

/** Distances are moved into this range; their squares are float32 numbers. */
const DISTANCES = [1e-15, 1e15] as const;

/**
 * A radial layer, `y = x + beta^ (x - z0) / (alpha + r)` with `r = |x - z0|`, which contracts or expands
 * around a point; log-det `(d - 1) log(1 + beta^ / (alpha + r)) + log(1 + alpha beta^ / (alpha + r)^2)`
 * (Rezende and Mohamed 2015, arXiv:1505.05770, eq. 14).
 *
 * It is invertible for `beta^ > -alpha` (their appendix A.2): `alpha = softplus(a) + 0.001` and
 * `beta^ = softplus(b) + 0.001 - alpha`, 0 for a = b. Starts as the identity, around a random point
 * `z0 ~ N(0, I)`.
 *
 * Parameters: `centre` [d] is z0, `alpha` [1] is a, `beta` [1] is b. Both directions are parallel: the
 * inverse has r from the quadratic equation `r + beta^ r / (alpha + r) = |y - z0|`, whose discriminant is
 * positive everywhere. Float32 round trip within `3e-7 (1 + s)` of the largest of 1, |x|, |y| and |z0|, s
 * the larger of the slope at the centre, `(alpha + beta^) / alpha`, and its reciprocal.
 *
 * @throws ShapeError when the event is not a vector.
 */
export function radial({ shape }: { shape: Shape }): Bijector<RadialParams> {
  const size = checkVector("radial", shape);

  function ballOf({ centre, alpha: rawAlpha, beta: rawBeta }: RadialParams): Ball {
    const positive = (raw: NDArray) => softplus(raw.reshape([1, 1])).add(SMALLEST);
    const [alpha, gamma] = [positive(rawAlpha), positive(rawBeta)];
    return { centre: centre.reshape([-1, 1]), alpha, gamma, beta: gamma.ref.sub(alpha.ref) };
  }

  /** The log-det of `forward` at distance r; all terms are positive, so nothing cancels. */
  function logDetAt(alpha: NDArray, gamma: NDArray, r: NDArray): NDArray {
    const inverse = np.reciprocal(alpha.ref.add(r.ref));
    const across = gamma.ref.add(r.ref).mul(inverse.ref);
    const near = alpha.mul(inverse.ref);
    const far = r.mul(inverse.ref);
    const along = near.ref.mul(2).add(far.ref).mul(far).add(near.mul(gamma).mul(inverse));
    return np
      .log(across)
      .mul(size - 1)
      .add(np.log(along))
      .sum(0);
  }

  return defineBijector<RadialParams>({
    kind: "radial",
    shape,
    options: { shape },
    init: (key) => ({
      centre: random.normal(key, [size]),
      alpha: np.zeros([1]),
      beta: np.zeros([1]),
    }),
    forwardAndLogDet(params, x) {
      const { centre, alpha, beta, gamma } = ballOf(params);
      const columns = x.transpose();
      const offset = columns.ref.sub(centre);
      const r = lengthOf(offset.ref);
      const y = columns.add(offset.mul(beta.div(alpha.ref.add(r.ref))));
      return [y.transpose(), logDetAt(alpha, gamma, r)];
    },
    inverseAndLogDet(params, y) {
      const { centre, alpha, beta, gamma } = ballOf(params);
      const columns = y.transpose();
      const offset = columns.ref.sub(centre);
      const r = solveRadius(alpha.ref, gamma.ref, lengthOf(offset.ref));
      const x = columns.sub(offset.mul(beta.div(gamma.ref.add(r.ref))));
      return [x.transpose(), logDetAt(alpha, gamma, r).neg()];
    },
  });
}

/** The lengths of columns, `[1, n]`, with a gradient of 0 at 0; consumes. */
function lengthOf(columns: NDArray): NDArray {
  const [shortest, longest] = DISTANCES;
  const squared = columns.ref.mul(columns).sum(0, { keepdims: true });
  return np.minimum(np.sqrt(np.maximum(squared, shortest ** 2)), longest);
}

/**
 * The positive root r of `r^2 + (gamma - length) r - alpha length = 0`: of the two forms of the root the
 * one in which nothing cancels. Consumes.
 */
function solveRadius(alpha: NDArray, gamma: NDArray, length: NDArray): NDArray {
  const middle = gamma.sub(length.ref);
  const product = alpha.mul(length);
  const isPositive = np.greater(middle.ref, 0);
  const root = np.sqrt(middle.ref.mul(middle.ref).add(product.ref.mul(4)));
  const sign = isPositive.ref.astype(np.float32).mul(2).sub(1);
  const larger = middle.mul(sign).add(root).mul(0.5);
  return np.where(isPositive, product.div(larger.ref), larger);
}
