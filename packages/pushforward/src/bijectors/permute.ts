import { type Bijector, defineBijector, noParams, zeroLogDet } from "../core/bijector.ts";
import { DomainError } from "../core/errors.ts";
import type { NDArray } from "../engine/index.ts";
import { inverseOrder, takeRows } from "../numerics/reorder.ts";

/**
 * Reorder the dimensions of a vector: `y_i = x_{indices[i]}`; log-det 0, exact.
 *
 * @throws DomainError when `indices` is not a permutation of 0 .. d - 1.
 */
export function permute({
  indices,
}: {
  indices: readonly number[];
}): Bijector<Record<string, never>> {
  const back = inverseOrder(indices);
  if (indices.length === 0 || back.length > indices.length || back.includes(-1)) {
    throw new DomainError(
      `permute: indices must be a permutation of 0 .. ${indices.length - 1}, got [${indices.join(", ")}].`,
    );
  }
  const reorder = (x: NDArray, order: readonly number[]): [NDArray, NDArray] => {
    const logDet = zeroLogDet(x);
    return [takeRows(x.transpose(), order).transpose(), logDet];
  };
  return defineBijector({
    kind: "permute",
    shape: [indices.length],
    options: { indices },
    init: noParams,
    forwardAndLogDet: (_, x) => reorder(x, indices),
    inverseAndLogDet: (_, y) => reorder(y, back),
  });
}

/** Reverse the dimensions of a vector of the given length. */
export function reverse({ features }: { features: number }): Bijector<Record<string, never>> {
  return permute({ indices: Array.from({ length: features }, (_, i) => features - 1 - i) });
}
