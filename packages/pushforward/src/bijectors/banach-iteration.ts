import type { ContractiveNetwork } from "../core/contractive-network.ts";
import type { Iteration } from "../core/iteration.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";

/** The equation `x + g(x) = y` for events of d numbers, and what its solution is asked for. */
export interface FixedPointProblem {
  readonly network: ContractiveNetwork;
  /** Numbers d of an event. */
  readonly size: number;
  /** Largest error of a number, relative to the row's largest and at least 1. */
  readonly tolerance: number;
  contextOf(cond: NDArray | undefined): NDArray | undefined;
  /** The log-determinant of the inverse at x; consumes. */
  finish(params: { network: Tree }, x: NDArray, cond: NDArray | undefined): [NDArray, NDArray];
}

/** Steps beyond are not finite. */
const LARGEST = 3e38;

/** Steps below, relative, may be rounding. */
const ROUNDING = 2 ** -18;

/** Far less than any tolerance: where the bound of the error is this small, the iteration is over or broken. */
const SMALLEST = 1e-12;

/**
 * `x <- y - g(x)` for each row until the error, at most `c / (1 - c)` times the last step in length, is within the
 * tolerance, or nothing but rounding moves it.
 */
export function banachIteration(problem: FixedPointProblem): Iteration<{ network: Tree }> {
  const { network, size, tolerance, contextOf, finish } = problem;
  const c = network.lipschitz;
  // The length of a vector is at most its largest number times the root of d.
  const errorPerStep = (c / (1 - c)) * Math.sqrt(size);

  return {
    evaluations: { start: 0, step: 1 },
    limit: Math.ceil(Math.log(SMALLEST) / Math.log(c)) + 1,
    start(params, y, cond) {
      tree.dispose(cond ? [params, cond] : params);
      const [rows] = y.shape as [number];
      return { x: y.ref, last: np.full([rows], LARGEST), status: np.ones([rows]), y };
    },
    step(params, { x, y, last, status }, cond) {
      const weights = network.constrain(params.network);
      const next = (y as NDArray).ref.sub(
        network.apply(weights, (x as NDArray).ref, contextOf(cond)),
      );
      const step = largest(next.ref.sub((x as NDArray).ref));
      const scale = np.maximum(largest(next.ref), 1);
      const isClose = np.lessEqual(step.ref.mul(errorPerStep), scale.ref.mul(tolerance));
      // Steps that are next to nothing and shrink no more are rounding: there is nothing left to gain.
      const isStill = np.lessEqual(last as NDArray, np.minimum(step.ref, scale.mul(ROUNDING)));
      const goesOn = np.where(isClose, 0, np.where(isStill, 0, 1));
      // Between numbers that are not finite any step may pass for a small one.
      const outcome = np.where(np.lessEqual(step.ref, LARGEST), goesOn, -1);
      const works = np.greater(status.ref, 0);
      const rows = [-1, ...next.shape.slice(1).map(() => 1)];
      return {
        x: np.where(works.ref.reshape(rows), next, x as NDArray),
        y: y as NDArray,
        last: np.where(works.ref, step, 0),
        status: np.where(works, outcome, status),
      };
    },
    finish(params, { x, ...rest }, cond) {
      tree.dispose(rest);
      return finish(params, x as NDArray, cond);
    },
    explain(_, evaluations) {
      return (
        `a residual layer's fixed-point iteration has not come to rest after ${evaluations} evaluations of its network, ` +
        "which a contraction would have: the row is not finite, or the vectors by which the norms of the weights are " +
        "found lag behind. Train on with more iterations, or a smaller learningRate."
      );
    },
  };
}

/** The largest absolute number of each row; consumes. */
function largest(x: NDArray): NDArray {
  return np
    .absolute(x)
    .reshape([x.shape[0] as number, -1])
    .max(1);
}
