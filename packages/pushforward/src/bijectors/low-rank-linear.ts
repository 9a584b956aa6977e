import { type Bijector, defineBijector } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { householderProduct } from "../numerics/householder.ts";
import { solveTriangular } from "../numerics/triangular.ts";
import { triangularMatrix } from "../numerics/triangular-matrix.ts";

export interface LowRankLinearOptions {
  shape: Shape;
  /** Rank k of what is added to the diagonal, from 1 to d; default `min(d, 4)`. */
  rank?: number;
}

export type LowRankLinearParams = {
  vectors: NDArray;
  upper: NDArray;
  logFactors: NDArray;
  logDiagonal: NDArray;
  bias: NDArray;
};

/**
 * A learned linear map, diagonal plus low rank, `y = (D + U V^T) x + b`; log-det
 * `sum(logDiagonal) + sum(logFactors)`. Starts as the identity.
 *
 * The family is `U = D V (T - I)` with V of k orthonormal columns (k Householder reflections) and T
 * upper triangular with diagonal `exp(logFactors)`: within the span of V, before D, any map with
 * real positive eigenvalues, stretches, contractions and shears. It is invertible whatever the
 * parameters, as the k x k matrices of the determinant lemma and of Woodbury's formula are triangular:
 * `det(I + V^T D^-1 U) = det T`, and the inverse is `(I + V (T^-1 - I) V^T) D^-1 (y - b)`.
 *
 * Parameters: `vectors` [k, d], of any length but 0; `upper` [k, k], used strictly above the diagonal;
 * `logFactors` [k]; `logDiagonal` [d]; `bias` [d]. Both directions take 2 d k multiplications per row,
 * the inverse a triangular solve of size k besides. Float32 round-trip error grows with the condition
 * numbers of D and T.
 *
 * @throws ShapeError when the event is not a vector; DomainError when the rank is not an integer from
 * 1 to d.
 */
export function lowRankLinear(options: LowRankLinearOptions): Bijector<LowRankLinearParams> {
  const { shape } = options;
  const size = checkVector("lowRankLinear", shape);
  const { rank = Math.min(size, 4) } = options;
  checkCount("lowRankLinear", "rank", rank, 1, size);
  const column = (entries: NDArray) => entries.reshape([-1, 1]);
  const sumLogs = (params: LowRankLinearParams, x: NDArray): NDArray =>
    np.broadcastTo(params.logDiagonal.ref.sum().add(params.logFactors.ref.sum()), [
      x.shape[0] as number,
    ]);

  /** `x + V (g(V^T x) - V^T x)`: g within the span of V, the identity across it. */
  function within(vectors: NDArray, x: NDArray, g: (inner: NDArray) => NDArray): NDArray {
    const frame = householderProduct(vectors, rank);
    const inner = np.dot(frame.ref.transpose(), x.ref);
    return x.add(np.dot(frame, g(inner.ref).sub(inner)));
  }

  return defineBijector<LowRankLinearParams>({
    kind: "lowRankLinear",
    shape,
    options: { shape, rank },
    init: (key) => ({
      vectors: random.normal(key, [rank, size]),
      upper: np.zeros([rank, rank]),
      logFactors: np.zeros([rank]),
      logDiagonal: np.zeros([size]),
      bias: np.zeros([size]),
    }),
    forwardAndLogDet(params, x) {
      const logDet = sumLogs(params, x);
      const { vectors, upper, logFactors, logDiagonal, bias } = params;
      const factor = triangularMatrix(upper, logFactors, "upper");
      const mapped = within(vectors, x.transpose(), (inner) => np.dot(factor, inner));
      const y = mapped.mul(column(np.exp(logDiagonal))).add(column(bias));
      return [y.transpose(), logDet];
    },
    inverseAndLogDet(params, y) {
      const logDet = sumLogs(params, y).neg();
      const { vectors, upper, logFactors, logDiagonal, bias } = params;
      const factor = triangularMatrix(upper, logFactors, "upper");
      const scaled = y
        .transpose()
        .sub(column(bias))
        .mul(column(np.exp(logDiagonal.neg())));
      const x = within(vectors, scaled, (inner) => solveTriangular(factor, inner, "upper"));
      return [x.transpose(), logDet];
    },
  });
}
