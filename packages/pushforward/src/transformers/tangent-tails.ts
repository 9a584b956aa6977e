import type { Transformer } from "../core/transformer.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { solveIncreasing } from "../numerics/solve-increasing.ts";

/** An increasing map of an interval, with parameters already made from theta. */
export interface BoundedMap<P extends Tree> {
  /** The interval is [-bound, bound]. */
  bound: number;
  /** What the map needs of theta, `[parameterCount, n]`. */
  unpack(theta: NDArray): P;
  /** `[f(x), f'(x)]` for x in the interval, `[1, n]`. Consumes its arguments. */
  map(params: P, x: NDArray): [value: NDArray, slope: NDArray];
}

/**
 * The two directions of a transformer that is a bounded map on its interval and goes on along the
 * tangents at both ends: `y = f(c) + f'(c) (x - c)` with x clipped to c. Everything is finite
 * wherever x is, and nothing is selected.
 *
 * Inverse: y is clipped to the values at the ends, whose root lies in the interval.
 */
export function withTangentTails<P extends Tree>({
  bound,
  unpack,
  map,
}: BoundedMap<P>): Pick<Transformer, "forwardAndLogDet" | "inverseAndLogDet"> {
  return {
    forwardAndLogDet(theta, x) {
      const shape = x.shape;
      const row = x.reshape([1, -1]);
      const inner = np.clip(row.ref, -bound, bound);
      const params = unpack(theta.reshape([theta.shape[0] as number, -1]));
      const [value, slope] = map(params, inner.ref);
      const y = value.add(row.sub(inner).mul(slope.ref));
      return [y.reshape(shape), np.log(slope).reshape(shape)];
    },
    inverseAndLogDet(theta, y) {
      const shape = y.shape;
      const row = y.reshape([1, -1]);
      const params = unpack(theta.reshape([theta.shape[0] as number, -1]));
      const [low, high] = [-bound, bound].map((end) => {
        const [value, slope] = map(tree.ref(params) as P, np.zerosLike(row.ref).add(end));
        slope.dispose();
        return value;
      }) as [NDArray, NDArray];
      const target = np.clip(row.ref, low.ref, high.ref);
      const inner = solveIncreasing({
        map,
        params: tree.ref(params) as P,
        target: target.ref,
        // In a tail there is nothing to search: the bracket is the interval's end.
        low: np.where(np.less(row.ref, high), -bound, bound),
        high: np.where(np.less(low, row.ref), bound, -bound),
      });
      const [value, slope] = map(params, inner.ref);
      value.dispose();
      const x = inner.add(row.sub(target).div(slope.ref));
      return [x.reshape(shape), np.log(slope).neg().reshape(shape)];
    },
  };
}
