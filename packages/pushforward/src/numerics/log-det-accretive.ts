import { fence, type NDArray, np } from "../engine/index.ts";

/**
 * `log|det A|` of matrices whose symmetric parts are positive definite, `[d, d, n]` to `[n]`; consumes.
 *
 * Elimination without exchanges of rows, unrolled: what is left after each step has a positive definite symmetric
 * part again, so every pivot is at least the smallest eigenvalue of the first one's.
 */
export function logDetAccretive(matrices: NDArray): NDArray {
  const pivots: NDArray[] = [];
  let rest = matrices;
  for (let left = matrices.shape[0] as number; left > 1; left--) {
    const pivot = rest.ref.slice([0, 1], [0, 1]);
    const row = rest.ref.slice([0, 1], [1, left]);
    const factors = rest.ref.slice([1, left], [0, 1]).div(pivot.ref);
    pivots.push(pivot);
    // jax-js would write each step's formula into the four places of the next one's; and where a gradient is taken,
    // 0.1.25 compiles a difference from a part of an array wrong, unless the part is an array of its own.
    const part = fence(rest.slice([1, left], [1, left]));
    rest = fence(part.sub(factors.mul(row)));
  }
  return np
    .log(np.absolute(np.concatenate([...pivots, rest], 0)))
    .sum(0)
    .reshape([-1]);
}
