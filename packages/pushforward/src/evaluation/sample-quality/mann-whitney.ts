import { hostNormalCdf } from "../../numerics/host-normal-cdf.ts";
import { midranks } from "./ranks.ts";

/** Whether values of one group exceed those of another. */
export interface MannWhitney {
  /** Probability that a value of the second group exceeds one of the first, ties counted half. */
  readonly share: number;
  /** Of so large a share or a larger one if the groups do not differ: normal approximation, corrected for ties. */
  readonly pValue: number;
}

/**
 * The test of Mann and Whitney (1947), On a test of whether one of two random variables is stochastically larger
 * than the other.
 */
export function mannWhitney(first: ArrayLike<number>, second: ArrayLike<number>): MannWhitney {
  const [m, n] = [first.length, second.length];
  const values = new Float64Array(m + n);
  values.set(first);
  values.set(second, m);
  const ranks = midranks(values);
  const total = ranks.subarray(m).reduce((sum, rank) => sum + rank, 0);
  const share = (total - (n * (n + 1)) / 2) / (m * n);
  const middle = (m + n + 1) / 2;
  const spread = ranks.reduce((sum, rank) => sum + (rank - middle) ** 2, 0) / (m + n - 1);
  const deviation = Math.sqrt(spread / ((m + n) * m * n));
  return { share, pValue: deviation > 0 ? hostNormalCdf((0.5 - share) / deviation) : 1 };
}
