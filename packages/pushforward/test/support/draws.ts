import { hostRandom } from "../../src/numerics/host-random.ts";

/** Rows of the normal distribution with mean 0, variances 1 and correlation 0.8. */
export function correlatedNormal(count: number, seed: number): number[][] {
  const random = hostRandom(seed);
  return Array.from({ length: count }, () => {
    const first = random.normal();
    return [first, 0.8 * first + 0.6 * random.normal()];
  });
}

/** Its log-density. */
export function correlatedNormalLogProb([a, b]: readonly number[]): number {
  const residual = ((b as number) - 0.8 * (a as number)) / 0.6;
  return -0.5 * ((a as number) ** 2 + residual ** 2) - Math.log(2 * Math.PI) - Math.log(0.6);
}

export function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value / values.length, 0);
}

/** Monte Carlo estimate of a mean with its standard error. */
export function estimate(values: readonly number[]): { value: number; standardError: number } {
  const value = mean(values);
  const variance = mean(values.map((one) => (one - value) ** 2));
  return { value, standardError: Math.sqrt(variance / values.length) };
}
