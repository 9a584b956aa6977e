import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { solveTriangular } from "../numerics/triangular.ts";

export type LuLinearParams = { lu: NDArray; logDiagonal: NDArray; bias: NDArray };

/**
 * A learned linear map `y = L U x + b`, L unit lower and U upper triangular with diagonal
 * `exp(logDiagonal)`; log-det `sum(logDiagonal)`. Starts as the identity (Kingma and Dhariwal 2018,
 * arXiv:1807.03039, section 3.2; Oliva et al. 2018, arXiv:1801.09819).
 *
 * Parameters: `lu` [d, d], L strictly below the diagonal and U strictly above it (the diagonal
 * itself is unused); `logDiagonal` [d]; `bias` [d]. `forward` is one matrix product, `inverse` two
 * triangular solves. Float32 round-trip error grows with the condition number of L U, which its
 * initial value keeps at 1.
 *
 * @throws ShapeError when the event is not a vector.
 */
export function luLinear({ shape }: { shape: Shape }): Bijector<LuLinearParams> {
  const size = checkVector("luLinear", shape);

  function factors({ lu, logDiagonal }: Omit<LuLinearParams, "bias">): [NDArray, NDArray] {
    const mask = (entry: (row: number, column: number) => boolean) =>
      hostMatrix(size, size, (row, column) => Number(entry(row, column)));
    const identity = mask((row, column) => row === column);
    const lower = lu.ref.mul(mask((row, column) => row > column)).add(identity.ref);
    const strictlyUpper = lu.mul(mask((row, column) => row < column));
    return [lower, strictlyUpper.add(np.exp(logDiagonal).mul(identity))];
  }

  return defineBijector<LuLinearParams>({
    kind: "luLinear",
    shape,
    options: { shape },
    init(key) {
      discard(key);
      return {
        lu: np.zeros([size, size]),
        logDiagonal: np.zeros([size]),
        bias: np.zeros([size]),
      };
    },
    forwardAndLogDet({ bias, ...matrix }, x) {
      const logDet = np.broadcastTo(matrix.logDiagonal.ref.sum(), [x.shape[0] as number]);
      const [lower, upper] = factors(matrix);
      return [np.dot(x, np.dot(lower, upper).transpose()).add(bias), logDet];
    },
    inverseAndLogDet({ bias, ...matrix }, y) {
      const logDet = np.broadcastTo(matrix.logDiagonal.ref.sum().neg(), [y.shape[0] as number]);
      const [lower, upper] = factors(matrix);
      const columns = y.sub(bias).transpose();
      const solved = solveTriangular(lower, columns, "lower");
      return [solveTriangular(upper, solved, "upper").transpose(), logDet];
    },
  });
}
