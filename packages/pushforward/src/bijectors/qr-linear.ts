import type { Bijector } from "../core/bijector.ts";
import { checkVector } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { householderProduct } from "../numerics/householder.ts";
import { solveTriangular } from "../numerics/triangular.ts";
import { triangularMatrix } from "../numerics/triangular-matrix.ts";
import { checkReflections, type HouseholderOptions, pairedVectors } from "./householder.ts";
import { linearBijector } from "./linear-map.ts";

export type QrLinearParams = {
  vectors: NDArray;
  upper: NDArray;
  logDiagonal: NDArray;
  bias: NDArray;
};

/**
 * A learned linear map `y = Q R x + b`, Q a product of Householder reflections and R upper triangular
 * with diagonal `exp(logDiagonal)`; log-det `sum(logDiagonal)` (Hoogeboom et al. 2019,
 * arXiv:1901.11137). With an even number of reflections, the default, it is any matrix of positive
 * determinant, and starts as the identity; an odd number starts as one random reflection.
 *
 * Parameters: `vectors` [reflections, d], of any length but 0; `upper` [d, d], used strictly above the
 * diagonal; `logDiagonal` [d]; `bias` [d]. `forward` is a matrix product, `inverse` a product with the
 * transpose and a triangular solve; forming Q is a triangular solve, too. Float32 round-trip error
 * grows with the condition number of R.
 *
 * @throws ShapeError when the event is not a vector; DomainError when `reflections` is not a positive
 * integer.
 */
export function qrLinear(options: HouseholderOptions): Bijector<QrLinearParams> {
  const { shape } = options;
  const size = checkVector("qrLinear", shape);
  const reflections = checkReflections("qrLinear", options.reflections, size);
  return linearBijector<QrLinearParams>({
    kind: "qrLinear",
    size,
    options: { shape, reflections },
    init: (key) => ({
      vectors: pairedVectors(key, reflections, size),
      upper: np.zeros([size, size]),
      logDiagonal: np.zeros([size]),
    }),
    matrix: ({ vectors, upper, logDiagonal }) =>
      np.dot(householderProduct(vectors), triangularMatrix(upper, logDiagonal, "upper")),
    solve({ vectors, upper, logDiagonal }, columns) {
      const rotated = np.dot(householderProduct(vectors).transpose(), columns);
      return solveTriangular(triangularMatrix(upper, logDiagonal, "upper"), rotated, "upper");
    },
  });
}
