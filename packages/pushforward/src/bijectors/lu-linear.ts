import { type Bijector, discard } from "../core/bijector.ts";
import { DomainError } from "../core/errors.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";
import { randomRotation } from "../numerics/random-rotation.ts";
import { takeRows } from "../numerics/reorder.ts";
import { solveTriangular } from "../numerics/triangular.ts";
import { strictTriangle, triangularMatrix } from "../numerics/triangular-matrix.ts";
import { linearBijector } from "./linear-map.ts";
import { inversePermutation } from "./permute.ts";

export interface LuLinearOptions {
  shape: Shape;
  /** The fixed P, `(P v)_i = v_{permutation[i]}`; default: none. */
  permutation?: readonly number[] | undefined;
  /** Seed of a random rotation to start as, whose pivots are P; default: none. */
  seed?: number | undefined;
}

export type LuLinearParams = { lu: NDArray; logDiagonal: NDArray; bias: NDArray };

/**
 * A learned linear map `y = P L U x + b`, L unit lower and U upper triangular with diagonal
 * `exp(logDiagonal)`, P a fixed permutation, by default none; log-det `sum(logDiagonal)`. Starts as
 * the identity, as P, or as the rotation of a seed (Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.2; Oliva et al. 2018,
 * arXiv:1801.09819).
 *
 * Parameters: `lu` [d, d], L strictly below the diagonal and U strictly above it (the diagonal
 * itself is unused); `logDiagonal` [d]; `bias` [d]. `forward` is one matrix product, `inverse` two
 * triangular solves. Float32 round-trip error grows with the condition number of L U, which its
 * initial value keeps at 1.
 *
 * @throws ShapeError when the event is not a vector; DomainError when `permutation` is not one of
 * 0 .. d - 1, given together with a seed, or the seed not an integer.
 */
export function luLinear(options: LuLinearOptions): Bijector<LuLinearParams> {
  const { shape, seed } = options;
  const size = checkVector("luLinear", shape);
  if (seed !== undefined && options.permutation) {
    throw new DomainError("luLinear: got a permutation and a seed; the rotation has its own.");
  }
  const rotation = seed === undefined ? undefined : randomRotation(size, seed);
  const permutation = rotation?.permutation ?? options.permutation;
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
    options: { shape, permutation: options.permutation, seed },
    init(key) {
      discard(key);
      if (!rotation) return { lu: np.zeros([size, size]), logDiagonal: np.zeros([size]) };
      return {
        lu: np.array(Float32Array.from(rotation.lu), { shape: [size, size] }),
        logDiagonal: np.array(Float32Array.from(rotation.logDiagonal)),
      };
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
