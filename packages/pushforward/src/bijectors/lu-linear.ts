import { type Bijector, discard } from "../core/bijector.ts";
import { DomainError } from "../core/errors.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";
import { takeRows } from "../numerics/reorder.ts";
import { solveTriangular } from "../numerics/triangular.ts";
import { strictTriangle, triangularMatrix } from "../numerics/triangular-matrix.ts";
import { linearBijector } from "./linear-map.ts";
import { inversePermutation } from "./permute.ts";

export interface LuLinearOptions {
  shape: Shape;
  /** The fixed P, `(P v)_i = v_{permutation[i]}`; default: none. */
  permutation?: readonly number[];
}

export type LuLinearParams = { lu: NDArray; logDiagonal: NDArray; bias: NDArray };

/**
 * A learned linear map `y = P L U x + b`, L unit lower and U upper triangular with diagonal
 * `exp(logDiagonal)`, P a fixed permutation, by default none; log-det `sum(logDiagonal)`. Starts as
 * the identity, or as P (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.2; Oliva et al. 2018,
 * arXiv:1801.09819).
 *
 * Parameters: `lu` [d, d], L strictly below the diagonal and U strictly above it (the diagonal
 * itself is unused); `logDiagonal` [d]; `bias` [d]. `forward` is one matrix product, `inverse` two
 * triangular solves. Float32 round-trip error grows with the condition number of L U, which its
 * initial value keeps at 1.
 *
 * @throws ShapeError when the event is not a vector; DomainError when `permutation` is not one of
 * 0 .. d - 1.
 */
export function luLinear({ shape, permutation }: LuLinearOptions): Bijector<LuLinearParams> {
  const size = checkVector("luLinear", shape);
  const back = permutation && inversePermutation("luLinear: permutation", permutation);
  if (back && back.length !== size) {
    throw new DomainError(
      `luLinear: the permutation must have ${size} entries, got ${back.length}.`,
    );
  }

  function factors({ lu, logDiagonal }: Omit<LuLinearParams, "bias">): [NDArray, NDArray] {
    const identity = identityMatrix(size);
    const lower = strictTriangle(lu.ref, "lower").add(identity);
    return [lower, triangularMatrix(lu, logDiagonal, "upper")];
  }

  return linearBijector<LuLinearParams>({
    kind: "luLinear",
    size,
    options: { shape, permutation },
    init(key) {
      discard(key);
      return { lu: np.zeros([size, size]), logDiagonal: np.zeros([size]) };
    },
    matrix(params) {
      const product = np.dot(...factors(params));
      return permutation ? takeRows(product, permutation) : product;
    },
    solve(params, columns) {
      const [lower, upper] = factors(params);
      const solved = solveTriangular(lower, back ? takeRows(columns, back) : columns, "lower");
      return solveTriangular(upper, solved, "upper");
    },
  });
}
