import type { Bijector } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { householderProduct } from "../numerics/householder.ts";
import { linearBijector } from "./linear-map.ts";

export interface HouseholderOptions {
  shape: Shape;
  /** Number of reflections; default d, plus 1 if d is odd: enough for every rotation. */
  reflections?: number;
}

export type HouseholderParams = { vectors: NDArray; bias: NDArray };

/**
 * A learned orthogonal map `y = H_1 H_2 ... H_k x + b`, a product of Householder reflections
 * `H_i = I - 2 v_i v_i^T / |v_i|^2`; log-det 0 (Tomczak and Welling 2016, arXiv:1611.09630).
 *
 * Starts as the identity: random vectors in equal pairs, each of which cancels. An odd number of
 * reflections has determinant -1 and cannot; it starts as one random reflection.
 *
 * Parameters: `vectors` [k, d], of any length but 0; `bias` [d]. Both directions are one matrix
 * product, the inverse by the transpose; forming the matrix is one triangular solve of size k.
 * Float32 round trip within 1e-5.
 *
 * @throws ShapeError when the event is not a vector; DomainError when `reflections` is not a positive
 * integer.
 */
export function householder(options: HouseholderOptions): Bijector<HouseholderParams> {
  const { shape } = options;
  const size = checkVector("householder", shape);
  const reflections = checkReflections("householder", options.reflections, size);
  return linearBijector<HouseholderParams>({
    kind: "householder",
    size,
    options: { shape, reflections },
    init: (key) => ({ vectors: pairedVectors(key, reflections, size) }),
    matrix: ({ vectors }) => householderProduct(vectors),
    solve: ({ vectors }, columns) => np.dot(householderProduct(vectors).transpose(), columns),
  });
}

/** The number of reflections, by default the least even one not below d. */
export function checkReflections(who: string, reflections: number | undefined, size: number) {
  const count = reflections ?? size + (size % 2);
  checkCount(who, "reflections", count);
  return count;
}

/** Random vectors, `[count, size]`, the second like the first, the fourth like the third. */
export function pairedVectors(key: NDArray, count: number, size: number): NDArray {
  const pairs = Math.ceil(count / 2);
  const different = random.normal(key, [pairs, 1, size]);
  const twice = np.broadcastTo(different, [pairs, 2, size]).reshape([2 * pairs, size]);
  return twice.slice([0, count]);
}
