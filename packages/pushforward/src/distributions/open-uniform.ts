import { type NDArray, np, random } from "../engine/index.ts";

/** Half the distance between neighbours of the engine's uniform numbers. */
const HALF_STEP = 2 ** -24;

/**
 * Uniform numbers strictly between 0 and 1, at least 2^-24 from either end: what a quantile function
 * takes. The key is consumed.
 */
export function openUniform(key: NDArray, shape: number[]): NDArray {
  return np.clip(random.uniform(key, shape).add(HALF_STEP), HALF_STEP, 1 - HALF_STEP);
}
