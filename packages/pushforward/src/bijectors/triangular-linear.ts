import { type Bijector, discard } from "../core/bijector.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { solveTriangular } from "../numerics/triangular.ts";
import { triangularMatrix } from "../numerics/triangular-matrix.ts";
import { linearBijector } from "./linear-map.ts";

export type TriangularLinearParams = { lower: NDArray; logDiagonal: NDArray; bias: NDArray };

/**
 * A learned linear map `y = L x + b`, L lower triangular with diagonal `exp(logDiagonal)`; log-det
 * `sum(logDiagonal)`. Starts as the identity. Over a standard normal it gives every normal
 * distribution, L L^T being the Cholesky form of the covariance (Papamakarios et al. 2021,
 * arXiv:1912.02762).
 *
 * Parameters: `lower` [d, d], used strictly below the diagonal; `logDiagonal` [d]; `bias` [d].
 * `forward` is one matrix product, `inverse` one triangular solve. Float32 round-trip error grows with
 * the condition number of L.
 *
 * @throws ShapeError when the event is not a vector.
 */
export function triangularLinear({ shape }: { shape: Shape }): Bijector<TriangularLinearParams> {
  const size = checkVector("triangularLinear", shape);
  type Factor = Omit<TriangularLinearParams, "bias">;
  const matrix = ({ lower, logDiagonal }: Factor) => triangularMatrix(lower, logDiagonal, "lower");
  return linearBijector<TriangularLinearParams>({
    kind: "triangularLinear",
    size,
    options: { shape },
    init(key) {
      discard(key);
      return { lower: np.zeros([size, size]), logDiagonal: np.zeros([size]) };
    },
    matrix,
    solve: (params, columns) => solveTriangular(matrix(params), columns, "lower"),
  });
}
