import { type Bijector, defineBijector, zeroLogDet } from "../core/bijector.ts";
import { type NDArray, np } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";

/** What all linear maps have; no `logDiagonal`: the determinant is ±1. */
export type LinearParams = { logDiagonal?: NDArray; bias: NDArray };

/** A matrix A of determinant ±exp(sum(logDiagonal)), and how to solve for it. Everything consumes. */
interface LinearMap<P extends LinearParams> {
  kind: string;
  size: number;
  options: object;
  init(key: NDArray): Omit<P, "bias">;
  /** A, `[d, d]`. */
  matrix(params: Omit<P, "bias">): NDArray;
  /** `A^-1 columns`, of `[d, n]`. */
  solve(params: Omit<P, "bias">, columns: NDArray): NDArray;
}

/** The bijector `y = A x + bias` on vectors. */
export function linearBijector<P extends LinearParams>(definition: LinearMap<P>): Bijector<P> {
  const { kind, size, options, init, matrix, solve } = definition;
  const logDetOf = (logDiagonal: NDArray | undefined, x: NDArray): NDArray =>
    logDiagonal ? np.broadcastTo(logDiagonal.ref.sum(), [x.shape[0] as number]) : zeroLogDet(x);

  return defineBijector<P>({
    kind,
    shape: [size],
    options,
    init: (key) => ({ ...init(key), bias: np.zeros([size]) }) as P,
    forwardAndLogDet({ bias, ...params }, x) {
      const logDet = logDetOf(params.logDiagonal, x);
      return [np.dot(x, matrix(params).transpose()).add(bias), logDet];
    },
    inverseAndLogDet({ bias, ...params }, y) {
      const logDet = logDetOf(params.logDiagonal, y).neg();
      // The inverse matrix does not depend on y: a model, whose parameters are fixed, has it once and for all.
      const inverse = solve(params, identityMatrix(size));
      return [np.dot(y.sub(bias), inverse.transpose()), logDet];
    },
  });
}
