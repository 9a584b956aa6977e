import { DomainError } from "../core/errors.ts";
import { isTraining, trainingUniform } from "../core/training-mode.ts";
import { type NDArray, np } from "../engine/index.ts";

/**
 * In a training step, set each number to 0 with probability `rate` and divide the others by
 * `1 - rate`; at all other times, nothing (Srivastava et al. 2014). Consumes.
 */
export function dropout(x: NDArray, rate: number): NDArray {
  if (rate === 0 || !isTraining()) return x;
  const kept = np.greaterEqual(trainingUniform(x.shape), rate);
  return x.mul(kept.astype(np.float32).mul(1 / (1 - rate)));
}

/** @throws DomainError for a rate outside [0, 1). */
export function checkDropout(who: string, rate: number): void {
  if (typeof rate === "number" && rate >= 0 && rate < 1) return;
  throw new DomainError(`${who}: dropout must lie in [0, 1), got ${rate}.`);
}
