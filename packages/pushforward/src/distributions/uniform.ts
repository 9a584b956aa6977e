import { discard } from "../core/bijector.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";

export interface UniformOptions {
  shape: Shape;
  /** Ends of the interval in every dimension; default 0 and 1. */
  low?: number;
  high?: number;
}

/**
 * The uniform distribution on a box, `log p = -d log(high - low)` inside (ends included) and
 * -Infinity outside. No parameters: a box that could learn would never move back.
 *
 * @throws DomainError unless low < high, both finite.
 */
export function uniform({
  shape,
  low = 0,
  high = 1,
}: UniformOptions): Distribution<Record<string, never>> {
  checkShape("uniform", shape);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new DomainError(`uniform: needs finite low < high, got low = ${low}, high = ${high}.`);
  }
  const size = sizeOf(shape);
  const inside = -size * Math.log(high - low);
  return defineDistribution<Record<string, never>>({
    kind: "uniform",
    shape,
    options: { shape, low, high },
    init(key) {
      discard(key);
      return {};
    },
    logProb(_, x) {
      const flat = x.reshape([-1, size]);
      const isOutside: NDArray = np.logicalOr(np.less(flat.ref, low), np.greater(flat, high));
      return np.where(isOutside.any(1), -Infinity, inside);
    },
    sampleAndLogProb(_, key, count) {
      const u = random.uniform(key, [count, ...shape]);
      return [u.mul(high - low).add(low), np.full([count], inside)];
    },
  });
}
