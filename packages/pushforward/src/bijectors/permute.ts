import { type Bijector, defineBijector, noParams, zeroLogDet } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { DomainError } from "../core/errors.ts";
import type { NDArray } from "../engine/index.ts";
import { hostRandom } from "../numerics/host-random.ts";
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
  const back = inversePermutation("permute: indices", indices);
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

/**
 * What undoes a permutation given by a user.
 *
 * @param who part and option, for the message: "permute: indices".
 * @throws DomainError when it is not a permutation of 0 .. d - 1.
 */
export function inversePermutation(who: string, indices: readonly number[]): number[] {
  if (!Array.isArray(indices)) {
    throw new DomainError(`${who} must be a list such as [1, 0], got ${indices}.`);
  }
  const back = inverseOrder(indices);
  if (indices.length === 0 || back.length > indices.length || back.includes(-1)) {
    throw new DomainError(
      `${who} must be a permutation of 0 .. ${indices.length - 1}, got [${indices.join(", ")}].`,
    );
  }
  return back;
}

/** Reverse the dimensions of a vector of the given length. */
export function reverse({ features }: { features: number }): Bijector<Record<string, never>> {
  checkCount("reverse", "features", features);
  return permute({ indices: Array.from({ length: features }, (_, i) => features - 1 - i) });
}

export interface RandomPermutationOptions {
  /** Length of the vector. */
  features: number;
  /** Any integer; default 0. The same seed gives the same permutation, on every machine. */
  seed?: number;
}

/**
 * Reorder the dimensions of a vector by a permutation drawn once, each equally likely: a
 * {@link permute}, whose spec holds the permutation itself.
 *
 * @throws DomainError when `features` is not a positive integer or the seed is not an integer.
 */
export function randomPermutation({
  features,
  seed = 0,
}: RandomPermutationOptions): Bijector<Record<string, never>> {
  checkCount("randomPermutation", "features", features);
  return permute({ indices: [...hostRandom(seed).shuffle(features)] });
}
